import { parsePath, quotedText, readPath, type ValuePath } from '../expression/path.ts';
import type { Lookup } from '../expression/scope.ts';
import { isTemplate } from '../expression/template.ts';
import type { JsonValue } from '../json.ts';
import { mapTexts } from '../pipeline/map-texts.ts';
import { renderText } from './render-leaves.ts';

/**
 * What a value stands for in which texts may be references: `$input` and `$input.path`; `name.path` if there is something of that
 * name; a template. Quoted text is that text, and so is everything else: `v1.2 shipped`, `because`.
 */
export function resolveValue(value: JsonValue, lookup: Lookup): JsonValue {
  return mapTexts(value, (text) => resolveText(text, lookup));
}

function resolveText(text: string, lookup: Lookup): JsonValue {
  const quoted = quotedText(text);
  if (quoted !== undefined) return quoted;
  if (isTemplate(text)) return renderText(text, lookup);
  const reference = referenceIn(text);
  const root = reference === undefined ? undefined : lookup(reference.root);
  return reference === undefined || root === undefined ? text : (readPath(root, reference.segments) ?? null);
}

/** The path that a text may be: one that begins with `$`, or has a root and a member. Undefined for every other text. */
export function referenceIn(text: string): ValuePath | undefined {
  const path = parsePath(text);
  return path !== undefined && (path.segments.length > 0 || path.root.startsWith('$')) ? path : undefined;
}
