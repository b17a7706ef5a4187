import { badRequest } from './errors.ts';
import { isJsonObject, type JsonObject, type JsonValue, ownProperty } from './json.ts';

/** The value of an item without the partition key's property ("None"), as it travels: an empty object. */
const NONE = '{}';

const MAXIMUM_BYTES = 2048;
export const MISMATCH_SUBSTATUS = 1001;

/**
 * Splits `/a/b` or `/"a b"/c` into its property names.
 *
 * @throws CosmosError (400) when the path is malformed
 */
export function parsePartitionKeyPath(path: string): string[] {
  if (!/^(\/([^/"]+|"[^"]+"))+$/.test(path))
    throw badRequest(`The partition key path '${path}' is not valid: write '/property'.`);
  return [...path.matchAll(/\/(?:"([^"]+)"|([^/"]+))/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

/** The partition key value of a document in its canonical text: JSON, or `{}` for none. */
function partitionKeyOf(document: JsonObject, path: readonly string[]): string {
  let value: JsonValue | undefined = document;
  for (const name of path) value = isJsonObject(value) ? ownProperty(value, name) : undefined;
  if (value === undefined) return NONE;
  if (typeof value === 'object' && value !== null) {
    throw badRequest(`The partition key '/${path.join('/')}' must be a string, number, boolean or null.`);
  }
  return canonical(value);
}

/**
 * Reads the partition key of a request: a JSON array of one value. Answers the canonical text.
 *
 * @throws CosmosError (400)
 */
export function parsePartitionKey(text: string | undefined): string {
  if (text === undefined) throw badRequest('A partition key must be given for this operation.');
  let values: JsonValue;
  try {
    values = JSON.parse(text);
  } catch {
    throw badRequest('The partition key of the request is not valid JSON: send an array of one value.');
  }
  const value = Array.isArray(values) && values.length === 1 ? values[0] : undefined;
  if (value === undefined) throw mismatch();
  if (isJsonObject(value) && Object.keys(value).length === 0) return NONE;
  if (typeof value === 'object' && value !== null) throw mismatch();
  return canonical(value);
}

/** @throws CosmosError (400/1001) when the document belongs to another partition than the request names */
export function assertSamePartition(requested: string, document: JsonObject, path: readonly string[]): void {
  if (partitionKeyOf(document, path) !== requested) throw mismatch();
}

function canonical(value: string | number | boolean | null): string {
  const text = JSON.stringify(value);
  if (typeof value === 'string' && Buffer.byteLength(value) > MAXIMUM_BYTES) {
    throw badRequest(`The partition key is longer than ${MAXIMUM_BYTES} bytes.`);
  }
  return text;
}

function mismatch() {
  return badRequest(
    'The partition key of the request does not correspond to the definition of the container, or not to the values in the document.',
    MISMATCH_SUBSTATUS,
  );
}
