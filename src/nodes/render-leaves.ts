import type { Lookup } from '../expression/scope.ts';
import { isTemplate, parseTemplate, renderTemplate } from '../expression/template.ts';
import type { JsonValue } from '../json.ts';
import { mapTexts } from '../pipeline/map-texts.ts';

/** The value with every text in it rendered, however deep; everything else stays what it is. @throws ExpressionError */
export function renderLeaves(value: JsonValue, lookup: Lookup): JsonValue {
  return mapTexts(value, (text) => renderText(text, lookup));
}

/** The text with its templates rendered. @throws ExpressionError */
export function renderText(text: string, lookup: Lookup): string {
  return isTemplate(text) ? renderTemplate(parseTemplate(text), lookup) : text;
}
