import type { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { withTextAt } from './value-at.ts';

const NUMBER = /^-?\d+(?:\.\d+)?$/;

/** A macro renders texts only. Where its node's schema wants a number or a boolean, the text that spells one is taken for it. */
export function coerceRendered(schema: z.ZodObject, value: JsonObject): JsonObject {
  const parsed = schema.safeParse(value);
  if (parsed.success) return value;
  let coerced: JsonValue = value;
  for (const issue of parsed.error.issues) {
    if (issue.code !== 'invalid_type') continue;
    const wanted = issue.expected;
    coerced = withTextAt(coerced, issue.path, (text) => scalarOf(text, wanted));
  }
  return isJsonObject(coerced) ? coerced : value;
}

function scalarOf(text: string, wanted: string): JsonValue {
  if ((wanted === 'number' || wanted === 'int') && NUMBER.test(text)) return Number(text);
  if (wanted === 'boolean' && /^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return text;
}
