import { badRequest, tooLarge } from './errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

export const MAXIMUM_ITEM_BYTES = 2 * 1024 * 1024;
const MAXIMUM_ID_BYTES = 1023;
const MAXIMUM_DEPTH = 128;
const MAXIMUM_TTL = 2 ** 31 - 1;
const SYSTEM_PROPERTIES = ['_rid', '_self', '_etag', '_attachments', '_ts', '_lsn'];

/** What the system adds to a document. */
interface Stamp {
  rid: string;
  self: string;
  etag: string;
  ts: number;
}

/**
 * Checks a document that is to be stored and answers its id.
 *
 * @throws CosmosError (400)
 */
export function checkDocument(document: JsonObject): string {
  const id = document['id'];
  if (id === undefined) throw badRequest("The required property 'id' is missing.");
  if (typeof id !== 'string' || id === '') throw badRequest("The property 'id' must be a non-empty string.");
  if (/[/\\#]/.test(id)) throw badRequest(`The id '${id}' must not contain / \\ #.`);
  if (Buffer.byteLength(id) > MAXIMUM_ID_BYTES) throw badRequest(`The id is longer than ${MAXIMUM_ID_BYTES} bytes.`);
  if (isDeeperThan(document, MAXIMUM_DEPTH)) throw badRequest(`The document is nested deeper than ${MAXIMUM_DEPTH} levels.`);
  ttlOf(document);
  return id;
}

/** @throws CosmosError (400) unless `ttl` is absent, -1 or a positive whole number of seconds */
export function ttlOf(document: JsonObject): number | undefined {
  const ttl = document['ttl'];
  if (ttl === undefined || ttl === null) return undefined;
  const isValid = typeof ttl === 'number' && Number.isInteger(ttl) && (ttl === -1 || (ttl > 0 && ttl <= MAXIMUM_TTL));
  if (!isValid) throw badRequest(`The property 'ttl' must be -1 or a whole number from 1 to ${MAXIMUM_TTL} (seconds).`);
  return ttl;
}

/** Unix time in seconds from which an item is gone; null for never. A container without a default lets nothing expire. */
export function expiryOf(ts: number, ttl: number | undefined, defaultTtl: number | null): number | null {
  if (defaultTtl === null) return null;
  const seconds = ttl ?? defaultTtl;
  return seconds === -1 ? null : ts + seconds;
}

/**
 * The text that is stored: the user's properties, then the system's.
 *
 * @throws CosmosError (413)
 */
export function stampedText(document: JsonObject, stamp: Stamp): string {
  const content = JSON.stringify(withoutSystemProperties(document));
  if (Buffer.byteLength(content) > MAXIMUM_ITEM_BYTES) throw tooLarge(`The item is larger than ${MAXIMUM_ITEM_BYTES} bytes.`);
  const { rid, self, etag, ts } = stamp;
  const system = `"_rid":"${rid}","_self":"${self}","_etag":${JSON.stringify(etag)},"_attachments":"attachments/","_ts":${ts}`;
  return `${content.slice(0, -1)},${system}}`;
}

function withoutSystemProperties(document: JsonObject): JsonObject {
  if (!SYSTEM_PROPERTIES.some((name) => name in document)) return document;
  const copy = { ...document };
  for (const name of SYSTEM_PROPERTIES) delete copy[name];
  return copy;
}

function isDeeperThan(value: JsonValue, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  const children = isJsonObject(value) ? Object.values(value) : value;
  return children.some((child) => isDeeperThan(child, levels - 1));
}
