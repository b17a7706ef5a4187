import { nodeKinds } from '../../src/nodes/node-kinds.ts';
import { defineStep, StepRegistry } from '../../src/nodes/steps.ts';
import type { Catalog } from '../../src/pipeline/compile.ts';
import { type Compilation, compilePipeline } from '../../src/pipeline/compile.ts';
import type { Diagnostic } from '../../src/pipeline/diagnostic.ts';

const steps = new StepRegistry([
  defineStep('const', () => ({ v: 1, name: 'n' })),
  defineStep('show', (input) => ({ got: input })),
  defineStep('kw', (input) => input, { params: ['a', 'b', 'c'] }),
]);

export const catalog: Catalog = { kinds: [...nodeKinds(steps).values()], steps };

/** Compiles a pipeline given by its `spec.nodes`, each on a line of its own from line 5 on. */
export function compileNodes(nodes: readonly string[], rest = ''): Compilation {
  const lines = [
    'apiVersion: hexdag/v1',
    'kind: Pipeline',
    'metadata: {name: orders}',
    'spec:',
    '  nodes:',
    ...nodes.map((node) => `  - ${node}`),
  ];
  return compilePipeline(`${lines.join('\n')}\n${rest}`, 'orders.yaml', catalog);
}

/** `code` of each diagnostic with `line:column`, warnings marked. */
export function summary(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ code, severity, position }) => {
    const mark = severity === 'warning' ? 'warning ' : '';
    return `${position.line}:${position.column} ${mark}${code}`;
  });
}
