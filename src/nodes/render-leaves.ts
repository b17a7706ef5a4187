import type { Lookup } from '../expression/scope.ts';
import { isTemplate, parseTemplate, renderTemplate } from '../expression/template.ts';
import { isJsonObject, type JsonValue } from '../json.ts';

/** The value with every text in it rendered, however deep; everything else stays what it is. @throws ExpressionError */
export function renderLeaves(value: JsonValue, lookup: Lookup): JsonValue {
  if (typeof value === 'string') return renderText(value, lookup);
  if (Array.isArray(value)) return value.map((item) => renderLeaves(item, lookup));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renderLeaves(item, lookup)]));
}

/** The text with its templates rendered. @throws ExpressionError */
export function renderText(text: string, lookup: Lookup): string {
  return isTemplate(text) ? renderTemplate(parseTemplate(text), lookup) : text;
}
