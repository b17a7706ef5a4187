import type { Container } from './catalog.ts';
import { badRequest, CosmosError } from './errors.ts';
import { type ItemOperation, type ItemResult, perform, type WriteContext } from './item-operations.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';
import { MISMATCH_SUBSTATUS, parsePartitionKey } from './partition-key.ts';
import { parsePatch } from './patch.ts';
import { REFUSED_CHARGE, round } from './request-charge.ts';

const MAXIMUM_BATCH_OPERATIONS = 100;

/** The answer to one operation of a batch, without its body in JSON form yet. */
interface BatchResult {
  status: number;
  substatus?: number | undefined;
  result?: ItemResult;
  retryAfterMs?: number | undefined;
  message?: string;
  charge: number;
}

/** One operation of a request, or why it cannot be read. */
type ParsedOperation = ItemOperation | CosmosError;

/**
 * Reads the operations of a batch or bulk request. `partitionKey` is the one of the request (of an atomic batch);
 * without it each operation must carry its own.
 *
 * @throws CosmosError (400) when the list as a whole cannot be run
 */
export function parseBatch(body: JsonValue, container: Container, partitionKey: string | undefined): ParsedOperation[] {
  if (!Array.isArray(body) || body.length === 0) throw badRequest('A batch must be a non-empty list of operations.');
  if (body.length > MAXIMUM_BATCH_OPERATIONS) throw badRequest(`A batch has at most ${MAXIMUM_BATCH_OPERATIONS} operations.`);
  return body.map((entry) => {
    try {
      return parseOperation(entry, container, partitionKey);
    } catch (error) {
      if (error instanceof CosmosError) return error;
      throw error;
    }
  });
}

function parseOperation(entry: JsonValue, container: Container, batchKey: string | undefined): ItemOperation {
  if (!isJsonObject(entry)) throw badRequest('An operation of a batch must be an object.');
  const partitionKey = operationKey(entry['partitionKey'], batchKey);
  const ifMatch = optionalString(entry, 'ifMatch');
  const ifNoneMatch = optionalString(entry, 'ifNoneMatch');
  switch (entry['operationType']) {
    case 'Create':
      return { kind: 'create', partitionKey, document: documentOf(entry) };
    case 'Upsert':
      return { kind: 'upsert', partitionKey, document: documentOf(entry), ifMatch };
    case 'Read':
      return { kind: 'read', partitionKey, id: idOf(entry), ifNoneMatch };
    case 'Replace':
      return { kind: 'replace', partitionKey, id: idOf(entry), document: documentOf(entry), ifMatch };
    case 'Patch': {
      const patch = parsePatch(entry['resourceBody'], container.definition.partitionKeyPath);
      return { kind: 'patch', partitionKey, id: idOf(entry), patch, ifMatch };
    }
    case 'Delete':
      return { kind: 'delete', partitionKey, id: idOf(entry), ifMatch };
    default:
      throw badRequest(`'${String(entry['operationType'])}' is not an operation of a batch.`);
  }
}

function operationKey(own: JsonValue | undefined, batchKey: string | undefined): string {
  if (own === undefined && batchKey !== undefined) return batchKey;
  const key = parsePartitionKey(typeof own === 'string' ? own : undefined);
  if (batchKey === undefined || key === batchKey) return key;
  throw badRequest('All operations of a batch must have its partition key.', MISMATCH_SUBSTATUS);
}

function documentOf(entry: JsonObject): JsonObject {
  const document = entry['resourceBody'];
  if (!isJsonObject(document)) throw badRequest("The operation needs a document as its 'resourceBody'.");
  return document;
}

function idOf(entry: JsonObject): string {
  const id = optionalString(entry, 'id');
  if (id === undefined) throw badRequest("The operation needs the 'id' of its item.");
  return id;
}

function optionalString(entry: JsonObject, name: string): string | undefined {
  const value = entry[name];
  return typeof value === 'string' ? value : undefined;
}

/** An atomic batch was refused: nothing of it happened. Thrown so that the transaction is undone. */
export class BatchRefused extends Error {
  readonly code = 'batch_refused';
  readonly results: readonly BatchResult[];

  constructor(results: readonly BatchResult[]) {
    super('An operation of the batch failed, so none was performed.');
    this.name = 'BatchRefused';
    this.results = results;
  }
}

/** All operations or none. @throws BatchRefused with what each operation is answered */
export function performAtomic(
  container: Container,
  operations: readonly ParsedOperation[],
  context: WriteContext,
): BatchResult[] {
  const results: BatchResult[] = [];
  for (const [index, operation] of operations.entries()) {
    const result = performOne(container, operation, context);
    if (result.result === undefined) {
      throw new BatchRefused(operations.map((_, other) => (other === index ? result : failedDependency())));
    }
    results.push(result);
  }
  return results;
}

/** Each operation on its own; `admit` throws for one that is to be throttled. */
export function performEach(
  container: Container,
  operations: readonly ParsedOperation[],
  context: WriteContext,
  { continueOnError, admit }: { continueOnError: boolean; admit: () => void },
): BatchResult[] {
  let stopped = false;
  return operations.map((operation) => {
    if (stopped) return failedDependency();
    const result = performOne(container, operation, context, admit);
    stopped = result.result === undefined && !continueOnError;
    return result;
  });
}

function performOne(
  container: Container,
  operation: ParsedOperation,
  context: WriteContext,
  admit: () => void = () => {},
): BatchResult {
  try {
    admit();
    if (operation instanceof CosmosError) throw operation;
    const result = perform(container, operation, context);
    return { status: result.status, result, charge: result.charge };
  } catch (error) {
    if (!(error instanceof CosmosError)) throw error;
    const { status, substatus, retryAfterMs, message } = error;
    return { status, substatus, retryAfterMs, message, charge: REFUSED_CHARGE };
  }
}

function failedDependency(): BatchResult {
  return { status: 424, charge: 0 };
}

/** The body of the response: a list of results. `minimal` leaves the documents out. */
export function batchResponse(
  results: readonly BatchResult[],
  minimal: boolean,
): { status: 200 | 207; body: string; charge: number } {
  const entries = results.map(({ status, substatus, result, retryAfterMs, message, charge }) => {
    const fields = [`"statusCode":${status}`, `"requestCharge":${charge}`];
    if (substatus !== undefined) fields.push(`"subStatusCode":${substatus}`);
    if (retryAfterMs !== undefined) fields.push(`"retryAfterMilliseconds":${retryAfterMs}`);
    if (message !== undefined) fields.push(`"message":${JSON.stringify(message)}`);
    if (result?.etag !== undefined) fields.push(`"eTag":${JSON.stringify(result.etag)}`);
    if (result?.body !== undefined && !minimal) fields.push(`"resourceBody":${result.body}`);
    return `{${fields.join(',')}}`;
  });
  const failed = results.some(({ status }) => status >= 400);
  const charge = round(results.reduce((sum, result) => sum + result.charge, 0));
  return { status: failed ? 207 : 200, body: `[${entries.join(',')}]`, charge };
}
