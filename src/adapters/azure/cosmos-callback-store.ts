import type { Container, OperationInput, SqlQuerySpec } from '@azure/cosmos';
import { z } from 'zod';
import type { CallbackStore, KeptCallback } from '../../ports/callback-store.ts';
import type { RunEvent } from '../../ports/event-publisher.ts';
import { translateCosmosError } from './cosmos-errors.ts';
import { findFirst } from './cosmos-query.ts';
import { CosmosWriter } from './cosmos-writer.ts';
import { event } from './outbox-documents.ts';
import { parse, safeInId } from './run-documents.ts';

/** How long what was given up may be sent again. */
const GIVEN_UP_TTL_SECONDS = 30 * 24 * 3_600;

const callbackDocument = z.object({
  event,
  attempts: z.number(),
  keptAt: z.string(),
  callbackDue: z.string().exactOptional(),
  failure: z.object({ code: z.string(), message: z.string() }).exactOptional(),
});

/**
 * Callbacks in Cosmos DB: the document `callback:<event id>` in the run's partition. `callbackDue` is there until it is given up: an
 * index over it finds the few to call again.
 */
export class CosmosCallbackStore implements CallbackStore {
  readonly #openContainer: () => Promise<Container>;
  readonly #writer: CosmosWriter;

  /** @param openContainer the container `runs`, partitioned by `/runId` */
  constructor(openContainer: () => Promise<Container>, writer = new CosmosWriter(openContainer)) {
    this.#openContainer = openContainer;
    this.#writer = writer;
  }

  async keep(callback: KeptCallback): Promise<void> {
    await this.#writer.write(write('Create', callback));
  }

  async due(dueBefore: string, limit: number): Promise<readonly KeptCallback[]> {
    const query = 'SELECT * FROM c WHERE c.callbackDue < @before ORDER BY c.callbackDue';
    return this.#query({ query, parameters: [{ name: '@before', value: dueBefore }] }, limit);
  }

  async update(callback: KeptCallback): Promise<void> {
    await this.#writer.write(write('Upsert', callback));
  }

  async remove({ id, subject }: RunEvent): Promise<void> {
    await this.#writer.write({ operationType: 'Delete', partitionKey: subject, id: documentId(id) });
  }

  async givenUp(limit: number): Promise<readonly KeptCallback[]> {
    const query = "SELECT * FROM c WHERE c.type = 'callback' AND NOT IS_DEFINED(c.callbackDue) ORDER BY c.keptAt";
    return this.#query({ query }, limit);
  }

  async #query(query: SqlQuerySpec, limit: number): Promise<readonly KeptCallback[]> {
    try {
      return (await findFirst(await this.#openContainer(), query, limit)).map(fromDocument);
    } catch (error) {
      throw translateCosmosError(error, 'looking for kept callbacks');
    }
  }
}

function documentId(eventId: string): string {
  return `callback:${safeInId(eventId)}`;
}

function write(operationType: 'Create' | 'Upsert', { due, ...callback }: KeptCallback): OperationInput {
  const { id, subject } = callback.event;
  const whenDue = due === null ? { ttl: GIVEN_UP_TTL_SECONDS } : { callbackDue: due };
  const document: object = { id: documentId(id), type: 'callback', runId: subject, ...callback, ...whenDue };
  return { operationType, partitionKey: subject, resourceBody: { ...document } };
}

function fromDocument(document: unknown): KeptCallback {
  const { callbackDue, ...callback } = parse(callbackDocument, document, 'callback');
  return { ...callback, due: callbackDue ?? null };
}
