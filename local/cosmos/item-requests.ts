import type { Clock } from '../clock.ts';
import type { GroupCommit } from '../sqlite/group-commit.ts';
import type { Container } from './catalog.ts';
import { CosmosError, tooLarge } from './errors.ts';
import { flag, header, parseJson, parseJsonObject, type Reply, type Request } from './exchange.ts';
import { BatchRefused, batchResponse, parseBatch, performAtomic, performEach } from './item-batch.ts';
import { MAXIMUM_ITEM_BYTES } from './item-document.ts';
import { type ItemOperation, type ItemResult, perform, type WriteContext } from './item-operations.ts';
import type { LogSequence } from './log-sequence.ts';
import { parsePartitionKey } from './partition-key.ts';
import { parsePatch } from './patch.ts';
import type { Throttle } from './throttle.ts';

export interface ItemServices {
  commits: GroupCommit;
  sequence: LogSequence;
  clock: Clock;
  throttle: Throttle;
  /** Told after a commit, so that the removal of expired items can be planned. */
  written: (container: Container) => void;
}

/** Creates or upserts: a POST to the items of a container. @throws CosmosError */
export function answerCreate(container: Container, request: Request, services: ItemServices): Promise<Reply> {
  const partitionKey = keyOf(request);
  const document = parseJsonObject(request.body);
  const isUpsert = flag(request.headers, 'x-ms-documentdb-is-upsert');
  const operation: ItemOperation = isUpsert
    ? { kind: 'upsert', partitionKey, document, ifMatch: header(request.headers, 'if-match') }
    : { kind: 'create', partitionKey, document };
  return write(container, operation, services);
}

/** Reads, replaces, patches or deletes: a request on one item. @throws CosmosError */
export function answerItem(container: Container, id: string, request: Request, services: ItemServices): Promise<Reply> | Reply {
  const partitionKey = keyOf(request);
  const ifMatch = header(request.headers, 'if-match');
  switch (request.method) {
    case 'GET': {
      const ifNoneMatch = header(request.headers, 'if-none-match');
      return replyTo(perform(container, { kind: 'read', partitionKey, id, ifNoneMatch }, contextOf(services)));
    }
    case 'PUT':
      return write(container, { kind: 'replace', partitionKey, id, document: parseJsonObject(request.body), ifMatch }, services);
    case 'PATCH': {
      const patch = parsePatch(parseJson(request.body), container.definition.partitionKeyPath);
      return write(container, { kind: 'patch', partitionKey, id, patch, ifMatch }, services);
    }
    case 'DELETE':
      return write(container, { kind: 'delete', partitionKey, id, ifMatch }, services);
    default:
      throw new CosmosError(405, `The method ${request.method} is not allowed on an item.`);
  }
}

/** Performs many operations: all or none in an atomic batch, each on its own in a bulk request. @throws CosmosError */
export async function answerBatch(container: Container, request: Request, services: ItemServices): Promise<Reply> {
  const { headers, body } = request;
  if (Buffer.byteLength(body) > MAXIMUM_ITEM_BYTES) throw tooLarge(`The batch is larger than ${MAXIMUM_ITEM_BYTES} bytes.`);
  const isAtomic = flag(headers, 'x-ms-cosmos-batch-atomic');
  const operations = parseBatch(parseJson(body), container, isAtomic ? keyOf(request) : undefined);
  const continueOnError = header(headers, 'x-ms-cosmos-batch-continue-on-error')?.toLowerCase() !== 'false';
  const admit = () => services.throttle.admit(services.clock.now());
  const results = await services.commits
    .write(() =>
      isAtomic
        ? performAtomic(container, operations, contextOf(services))
        : performEach(container, operations, contextOf(services), { continueOnError, admit }),
    )
    .catch((error: unknown) => {
      if (error instanceof BatchRefused) return error.results;
      throw error;
    });
  services.written(container);
  return batchResponse(results, header(headers, 'prefer') === 'return=minimal');
}

async function write(container: Container, operation: ItemOperation, services: ItemServices): Promise<Reply> {
  const result = await services.commits.write(() => perform(container, operation, contextOf(services)));
  services.written(container);
  return replyTo(result);
}

function replyTo({ status, body, etag, charge }: ItemResult): Reply {
  return { status, body, charge, ...(etag === undefined ? {} : { headers: { etag } }) };
}

function keyOf({ headers }: Request): string {
  return parsePartitionKey(header(headers, 'x-ms-documentdb-partitionkey'));
}

function contextOf({ sequence, clock }: ItemServices): WriteContext {
  return { sequence, nowSeconds: Math.floor(clock.now() / 1000) };
}
