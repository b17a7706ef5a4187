import { type Expression, namesIn, parseExpression } from '../expression/expression.ts';
import type { NameUse } from '../expression/names.ts';
import { CONSTANTS } from '../expression/operand-parser.ts';
import { parsePath, quotedText, type ValuePath } from '../expression/path.ts';
import { readArgument, splitFilters } from '../expression/template.ts';
import type { JsonValue } from '../json.ts';

/** What a text in `input_mapping` stands for. */
export type MappingSource =
  | { readonly kind: 'literal'; readonly value: string }
  | { readonly kind: 'path'; readonly path: ValuePath }
  | { readonly kind: 'expression'; readonly expression: Expression };

/** The source with what follows it: `| required`, `| default(x)`. */
export interface MappingText {
  readonly source: MappingSource;
  readonly required: boolean;
  /** What stands in for null; undefined if nothing does. */
  readonly fallback: JsonValue | undefined;
  readonly names: readonly NameUse[];
}

const DEFAULT = /^default\((.*)\)$/s;

/** Reads a text of `input_mapping`. @throws ExpressionError */
export function parseMappingText(text: string): MappingText {
  const parts = [...splitFilters(text)];
  let required = false;
  let fallback: JsonValue | undefined;
  while (parts.length > 1) {
    const filter = (parts.at(-1) ?? '').trim();
    const [, argument] = DEFAULT.exec(filter) ?? [];
    if (filter !== 'required' && argument === undefined) break;
    if (argument === undefined) required = true;
    else fallback = readArgument(argument.trim());
    parts.pop();
  }
  const rest = parts.join('|');
  const body = rest.trim();
  const { source, names } = parseSource(body);
  const shift = rest.length - rest.trimStart().length;
  return { source, required, fallback, names: names.map((use) => ({ ...use, offset: use.offset + shift })) };
}

function parseSource(text: string): { source: MappingSource; names: readonly NameUse[] } {
  const literal = quotedText(text);
  if (literal !== undefined) return { source: { kind: 'literal', value: literal }, names: [] };

  const path = isSubscripted(text) ? undefined : parsePath(text);
  if (path !== undefined && !isConstant(path)) {
    const [member] = path.segments;
    return {
      source: { kind: 'path', path },
      names: [{ name: path.root, offset: 0, ...(member === undefined ? {} : { member }) }],
    };
  }
  const expression = parseExpression(text);
  return { source: { kind: 'expression', expression }, names: namesIn(expression) };
}

/** `rows[0]['sku']` is an expression; only with a numeric segment, as in `rows.0[1]`, it can be nothing but a path. */
function isSubscripted(text: string): boolean {
  return text.includes('[') && !/\.\d/.test(text);
}

function isConstant({ root, segments }: ValuePath): boolean {
  return segments.length === 0 && CONSTANTS.has(root);
}
