import fc from 'fast-check';
import { expect } from 'vitest';
import { ExpressionError } from '../../src/expression/errors.ts';
import { evaluate, evaluatePredicate, evaluateToText, parseExpression } from '../../src/expression/expression.ts';
import { parseTemplate, renderTemplate } from '../../src/expression/template.ts';
import { parseDocuments } from '../../src/pipeline/documents.ts';
import { PrototypeWatch } from './prototype-watch.ts';
import { DATA, expressionTexts, templateTexts, yamlTexts } from './texts.ts';

/** Reads one input, and says what is wrong with how it was read. */
interface Reader<Input> {
  readonly inputs: fc.Arbitrary<Input>;
  readonly read: (input: Input) => void;
}

export const expressionReader: Reader<string> = {
  inputs: expressionTexts,
  read: (source) =>
    refusable(() => {
      const expression = parseExpression(source);
      evaluatePredicate(expression, DATA, { now: 0 });
      const value = evaluate(expression, DATA, { now: 0 });
      const text = evaluateToText(expression, DATA, { now: 0 });
      if (JSON.stringify(JSON.parse(text)) !== JSON.stringify(value)) throw new Error(`as text it is ${text}`);
    }),
};

export const templateReader: Reader<string> = {
  inputs: templateTexts,
  read: (source) => refusable(() => renderTemplate(parseTemplate(source), DATA)),
};

export const yamlReader: Reader<string | Uint8Array> = {
  inputs: yamlTexts,
  read: (content) => {
    const { documents, diagnostics } = parseDocuments(content, 'f.yaml');
    if (documents.length === 0 && diagnostics.length === 0) throw new Error('neither a document nor a diagnostic');
    for (const { position } of diagnostics)
      if (position.line < 1 || position.column < 1) throw new Error('a place outside the file');
    JSON.stringify(documents.map(({ value }) => value));
  },
};

function refusable(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
  }
}

/** Reads as many inputs: each ends well or with a documented error, and none reaches `Object.prototype`. Gives the longest time of the processor. */
export function fuzz<Input>({ inputs, read }: Reader<Input>, count: number): { readonly slowestMs: number } {
  const watch = new PrototypeWatch();
  let slowestMs = 0;
  const timed = (input: Input) => {
    const start = process.cpuUsage();
    watch.during(() => read(input));
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  let appeared: readonly string[] = [];
  try {
    const property = fc.property(inputs, (input) => {
      const first = timed(input);
      // The engine compiles and collects garbage meanwhile: what is really slow is slow again.
      slowestMs = Math.max(slowestMs, first < 100 ? first : Math.min(first, timed(input), timed(input)));
    });
    fc.assert(property, { numRuns: count, seed: 20261121 });
  } finally {
    appeared = watch.end();
  }

  expect([...watch.reached]).toEqual([]);
  expect(appeared).toEqual([]);
  return { slowestMs };
}
