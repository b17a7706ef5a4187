import { parseExactJson } from '../../exact-json.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { COERCE, SANITIZE } from '../../schema/keywords.ts';
import { TransientError } from '../errors.ts';
import { toJsonResult } from '../json-result.ts';

const FENCE = '```';
/** Blocks of a reply that are tried. */
const MAX_BLOCKS = 20;

const EXAMPLES: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['integer', 1],
  ['number', 0.5],
  ['boolean', true],
  ['array', []],
  ['object', {}],
]);

/** The schema as services outside take it: without the keywords that are this project's own. */
export function plainSchema(schema: JsonObject): JsonObject {
  const own = Object.entries(schema).filter(([key]) => key !== COERCE && key !== SANITIZE);
  return Object.fromEntries(
    own.map(([key, value]) => [key, key === 'properties' && isJsonObject(value) ? plainProperties(value) : value]),
  );
}

function plainProperties(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, isJsonObject(property) ? plainSchema(property) : property]),
  );
}

/** What a prompt says of the wanted form, for models whose service does not enforce it. */
export function outputInstructions(schema: JsonObject): string {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const fields = Object.entries(properties).map(([name, type]) => `- ${name}: ${typeName(type)}${description(type)}`);
  if (fields.length === 0) {
    return `\n\n## Output Format\nAnswer with JSON alone, which fits this JSON Schema:\n${JSON.stringify(plainSchema(schema))}\n`;
  }
  const example = Object.fromEntries(Object.entries(properties).map(([name, type]) => [name, exampleOf(name, type)]));
  const shown = JSON.stringify(example, undefined, 2);
  return `\n\n## Output Format\nAnswer with one JSON object alone, which has these fields:\n${fields.join('\n')}\n\nExample:\n${shown}\n`;
}

function typeName(property: JsonValue): string {
  const type = isJsonObject(property) ? property['type'] : undefined;
  if (typeof type === 'string') return type;
  return Array.isArray(type) ? type.join(' or ') : 'any';
}

function description(property: JsonValue): string {
  const text = isJsonObject(property) ? property['description'] : undefined;
  return typeof text === 'string' ? ` (${text})` : '';
}

function exampleOf(name: string, property: JsonValue): JsonValue {
  const choices = isJsonObject(property) ? property['enum'] : undefined;
  if (Array.isArray(choices) && choices.length > 0) return choices[0] ?? null;
  const [type = 'any'] = typeName(property).split(' or ');
  return EXAMPLES.get(type) ?? `<${name}>`;
}

/**
 * The JSON in a reply: the reply itself, a fenced block of it, or what stands between its first and last bracket.
 *
 * @throws TransientError (`parse_error`): a model may do better at the next attempt
 */
export function parseJsonReply(text: string): JsonValue {
  for (const candidate of candidates(text)) {
    const value = tryParse(candidate);
    if (value !== undefined) return value;
  }
  const message = `The model's reply of ${text.length} characters holds no JSON. Retry the node ('max_retries'), or make the prompt plainer.`;
  throw new TransientError('parse_error', message);
}

function* candidates(text: string): Generator<string> {
  yield text;
  const blocks = text.split(FENCE, 2 * MAX_BLOCKS).filter((_, index) => index % 2 === 1);
  for (const block of blocks) yield block.replace(/^[\w-]+/, '');
  const start = text.search(/[{[]/);
  if (start >= 0) yield text.slice(start, Math.max(text.lastIndexOf('}'), text.lastIndexOf(']')) + 1);
}

function tryParse(text: string): JsonValue | undefined {
  try {
    return toJsonResult(parseExactJson(text));
  } catch {
    return undefined;
  }
}
