import type { Container } from './catalog.ts';
import { badRequest, conflict, itemNotFound, notFound, preconditionFailed } from './errors.ts';
import { checkDocument, expiryOf, stampedText, ttlOf } from './item-document.ts';
import type { ItemRow } from './item-table.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { etagOf, type LogSequence } from './log-sequence.ts';
import { assertSamePartition } from './partition-key.ts';
import { applyPatch, type Patch } from './patch.ts';
import { passesFilter } from './query/filter.ts';
import { createCharge, deleteCharge, readCharge, replaceCharge } from './request-charge.ts';
import { itemRid } from './resource-id.ts';

/** What a client asks of one item; `partitionKey` is canonical text, the etags are as they were sent. */
export type ItemOperation =
  | { kind: 'create'; partitionKey: string; document: JsonObject }
  | { kind: 'upsert'; partitionKey: string; document: JsonObject; ifMatch?: string | undefined }
  | { kind: 'read'; partitionKey: string; id: string; ifNoneMatch?: string | undefined }
  | { kind: 'replace'; partitionKey: string; id: string; document: JsonObject; ifMatch?: string | undefined }
  | { kind: 'patch'; partitionKey: string; id: string; patch: Patch; ifMatch?: string | undefined }
  | { kind: 'delete'; partitionKey: string; id: string; ifMatch?: string | undefined };

export interface ItemResult {
  status: 200 | 201 | 204 | 304;
  /** The stored document as JSON text; absent after a deletion, and when the client has it already (304). */
  body?: string;
  etag?: string;
  charge: number;
}

export interface WriteContext {
  sequence: LogSequence;
  nowSeconds: number;
}

const PATCH_CONDITION_SUBSTATUS = 1110;

/**
 * Performs one operation; one that throws has changed nothing. Runs inside a transaction, unless it is a read.
 *
 * @throws CosmosError (400, 404, 409, 412, 413)
 */
export function perform(container: Container, operation: ItemOperation, context: WriteContext): ItemResult {
  if (container.dropped) throw notFound(`The container '${container.definition.id}'`);
  switch (operation.kind) {
    case 'read':
      return read(container, operation, context);
    case 'create':
      return create(container, operation.partitionKey, operation.document, context);
    case 'upsert':
      return upsert(container, operation, context);
    case 'replace': {
      const row = itemToChange(container, operation, context);
      if (checkDocument(operation.document) !== operation.id) throw badRequest('The id of an item cannot be changed.');
      return store(container, row, operation.document, context);
    }
    case 'patch':
      return patch(container, operation, context);
    case 'delete': {
      const row = itemToChange(container, operation, context);
      container.items.remove(row.number);
      return { status: 204, charge: deleteCharge(row.body.length) };
    }
  }
}

function read(container: Container, operation: ItemOperation & { kind: 'read' }, context: WriteContext): ItemResult {
  const row = find(container, operation.partitionKey, operation.id, context);
  if (row === undefined) throw itemNotFound(operation.id);
  const etag = etagOf(row.lsn);
  if (matches(operation.ifNoneMatch, etag)) return { status: 304, etag, charge: readCharge(0) };
  return { status: 200, etag, body: row.body, charge: readCharge(row.body.length) };
}

function create(container: Container, partitionKey: string, document: JsonObject, context: WriteContext): ItemResult {
  const id = checkDocument(document);
  assertSamePartition(partitionKey, document, container.definition.partitionKeyPath);
  const existing = container.items.get(partitionKey, id);
  const isTaken = existing !== undefined && !isExpired(existing, context);
  if (isTaken) throw conflict(`An item with the id '${id}' in the given partition`);
  const row = stamped(container, { number: context.sequence.next(), partitionKey, id }, document, context);
  if (existing !== undefined) container.items.remove(existing.number);
  container.items.insert(row);
  return { status: 201, body: row.body, etag: etagOf(row.lsn), charge: createCharge(row.body.length) };
}

function upsert(container: Container, operation: ItemOperation & { kind: 'upsert' }, context: WriteContext): ItemResult {
  const { partitionKey, document, ifMatch } = operation;
  const row = find(container, partitionKey, checkDocument(document), context);
  if (row === undefined) return create(container, partitionKey, document, context);
  assertEtag(ifMatch, row);
  return store(container, row, document, context);
}

function patch(container: Container, operation: ItemOperation & { kind: 'patch' }, context: WriteContext): ItemResult {
  const row = itemToChange(container, operation, context);
  const document: JsonValue = JSON.parse(row.body);
  if (!isJsonObject(document)) throw new TypeError(`The stored item '${operation.id}' is not an object.`);
  const { condition, operations } = operation.patch;
  if (condition !== undefined && !passesFilter(condition, document, context.nowSeconds * 1000)) {
    throw preconditionFailed('The item does not pass the condition of the patch.', PATCH_CONDITION_SUBSTATUS);
  }
  applyPatch(document, operations);
  checkDocument(document);
  return store(container, row, document, context);
}

/** Replaces the content of an item. */
function store(container: Container, row: ItemRow, document: JsonObject, context: WriteContext): ItemResult {
  assertSamePartition(row.partitionKey, document, container.definition.partitionKeyPath);
  const next = stamped(container, row, document, context);
  container.items.update(next);
  return { status: 200, body: next.body, etag: etagOf(next.lsn), charge: replaceCharge(next.body.length) };
}

function stamped(
  container: Container,
  { number, partitionKey, id }: Pick<ItemRow, 'number' | 'partitionKey' | 'id'>,
  document: JsonObject,
  { sequence, nowSeconds: ts }: WriteContext,
): ItemRow {
  const lsn = sequence.next();
  const rid = itemRid(container.database, container.number, number);
  const body = stampedText(document, { rid, self: `${container.self}docs/${rid}/`, etag: etagOf(lsn), ts });
  const expires = expiryOf(ts, ttlOf(document), container.definition.defaultTtl);
  return { number, partitionKey, id, lsn, ts, expires, body };
}

/** The item that is to be changed. @throws CosmosError (404, 412) */
function itemToChange(
  container: Container,
  { partitionKey, id, ifMatch }: { partitionKey: string; id: string; ifMatch?: string | undefined },
  context: WriteContext,
): ItemRow {
  const row = find(container, partitionKey, id, context);
  if (row === undefined) throw itemNotFound(id);
  assertEtag(ifMatch, row);
  return row;
}

function find(container: Container, partitionKey: string, id: string, context: WriteContext): ItemRow | undefined {
  const row = container.items.get(partitionKey, id);
  return row === undefined || isExpired(row, context) ? undefined : row;
}

function isExpired(row: ItemRow, { nowSeconds }: WriteContext): boolean {
  return row.expires !== null && row.expires <= nowSeconds;
}

function assertEtag(ifMatch: string | undefined, row: ItemRow): void {
  if (ifMatch !== undefined && !matches(ifMatch, etagOf(row.lsn))) {
    throw preconditionFailed('The item has changed since the etag of the request was issued.');
  }
}

function matches(condition: string | undefined, etag: string): boolean {
  return condition === '*' || condition === etag;
}
