import { type Compilation, type CompileContext, compilePipeline } from '../../src/pipeline/compile.ts';
import type { Diagnostic } from '../../src/pipeline/diagnostic.ts';
import { catalog } from './catalog.ts';

export type Files = Readonly<Record<string, string>>;

/** Compiles `main.yaml` of some files. */
export function compileFiles(files: Files, context: Partial<CompileContext> = {}, known = catalog): Compilation {
  const readFile = (path: string) => (Object.hasOwn(files, path) ? files[path] : undefined);
  return compilePipeline(files['main.yaml'] ?? '', 'main.yaml', known, { variables: {}, readFile, ...context });
}

/** A pipeline whose `spec` are these lines, which begin at line 4. */
export function pipeline(...spec: readonly string[]): string {
  return ['kind: Pipeline', 'metadata: {name: orders}', 'spec:', ...spec.map((line) => `  ${line}`)].join('\n');
}

export const NODE = 'nodes: [{kind: function_node, metadata: {name: a}, spec: {fn: const}}]';

/** `file:line:column code` of each diagnostic, warnings marked; without the file if it is `main.yaml`. */
export function places(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ file, position: { line, column }, severity, code }) => {
    const place = file === 'main.yaml' ? `${line}:${column}` : `${file}:${line}:${column}`;
    return `${place} ${severity === 'error' ? '' : `${severity} `}${code}`;
  });
}
