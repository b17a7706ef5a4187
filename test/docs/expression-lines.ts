import { ExpressionError } from '../../src/expression/errors.ts';
import { evaluate, evaluatePredicate, parseExpression } from '../../src/expression/expression.ts';
import { parseTemplate, renderTemplate } from '../../src/expression/template.ts';
import type { JsonObject, JsonValue } from '../../src/json.ts';
import type { Block } from './markdown-blocks.ts';

/** What a block of lines `expression → value` is read as. */
export const EVALUATIONS: Readonly<Record<string, (text: string, data: JsonObject) => JsonValue>> = {
  expressions: (text, data) => evaluate(parseExpression(text), data, { now: NOW }),
  predicates: (text, data) => evaluatePredicate(parseExpression(text), data, { now: NOW }),
  templates: (text, data) => renderTemplate(parseTemplate(text), data),
};

const NOW = Date.parse('2026-01-01T00:00:00Z');

interface Line {
  readonly text: string;
  /** A value as JSON, or `error code`. */
  readonly expected: string;
  readonly found: string;
}

/** Each line of a block with what comes out. A first line `given {…}` says what the names stand for. */
export function evaluatedLines({ text, role }: Block): readonly Line[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const data: JsonObject = JSON.parse(lines.find((line) => line.startsWith('given '))?.slice('given '.length) ?? '{}');
  return lines
    .filter((line) => !line.startsWith('given '))
    .map((line) => {
      const [expression = '', expected = ''] = line.split('→').map((part) => part.trim());
      return { text: expression, expected, found: foundBy(() => EVALUATIONS[role]?.(expression, data) ?? null) };
    });
}

function foundBy(evaluation: () => JsonValue): string {
  try {
    return JSON.stringify(evaluation());
  } catch (error) {
    if (error instanceof ExpressionError) return `error ${error.code}`;
    throw error;
  }
}
