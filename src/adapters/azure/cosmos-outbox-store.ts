import type { Container, PatchOperation } from '@azure/cosmos';
import type { RunEvent } from '../../ports/event-publisher.ts';
import type { Outbox, OutboxPlace, OutboxStore } from '../../ports/outbox-store.ts';
import { by } from '../text-order.ts';
import { translateCosmosError } from './cosmos-errors.ts';
import { findFirst } from './cosmos-query.ts';
import { CosmosWriter } from './cosmos-writer.ts';
import { fromOutboxRow, OUTBOX, type OutboxMembers, START_OUTBOX } from './outbox-documents.ts';
import { nodeDocumentId, RUN_ID, waitDocumentId } from './run-documents.ts';

/** What is to be emptied: an outbox of a document, as long as it still holds these events, which the last one tells. */
interface Published {
  readonly members: OutboxMembers;
  readonly events: readonly RunEvent[];
}

/** One patch: a document, and which of its outboxes it empties. */
interface Mark {
  readonly runId: string;
  readonly documentId: string;
  readonly published: readonly Published[];
}

/** The outboxes that the documents of the container `runs` carry. */
export class CosmosOutboxStore implements OutboxStore {
  readonly #openContainer: () => Promise<Container>;
  readonly #writer: CosmosWriter;

  /** @param openContainer the container `runs`, partitioned by `/runId` */
  constructor(openContainer: () => Promise<Container>, writer = new CosmosWriter(openContainer)) {
    this.#openContainer = openContainer;
    this.#writer = writer;
  }

  async unpublished(writtenBefore: string, limit: number): Promise<readonly Outbox[]> {
    const found = await Promise.all([OUTBOX, START_OUTBOX].map((members) => this.#find(members, writtenBefore, limit)));
    return found
      .flat()
      .sort(by(({ writtenAt }) => writtenAt))
      .slice(0, limit)
      .map(({ outbox }) => outbox);
  }

  async markPublished(outboxes: readonly Outbox[]): Promise<void> {
    const marks = await Promise.allSettled(marksOf(outboxes).map((mark) => this.#mark(mark)));
    const failure = marks.find((mark) => mark.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }

  /** A run's two outboxes are emptied by one write, unless one of them is empty already, or holds other events. */
  async #mark({ runId, documentId, published }: Mark): Promise<void> {
    const outcome = await this.#writer.write({
      operationType: 'Patch',
      partitionKey: runId,
      id: documentId,
      resourceBody: { operations: published.flatMap(removals), condition: conditionOf(published) },
    });
    if (outcome === 'written' || published.length === 1) return;
    for (const one of published) await this.#mark({ runId, documentId, published: [one] });
  }

  async #find(members: OutboxMembers, before: string, limit: number) {
    const { events, since } = members;
    const query = {
      query: `SELECT c.runId, c.type, c.node, c.${events} AS events, c.${since} AS since FROM c WHERE c.${since} < @before ORDER BY c.${since}`,
      parameters: [{ name: '@before', value: before }],
    };
    try {
      const rows = await findFirst(await this.#openContainer(), query, limit);
      return rows.map((row) => fromOutboxRow(row, members));
    } catch (error) {
      throw translateCosmosError(error, 'looking for events that wait to be published');
    }
  }
}

/** One mark for each document. */
function marksOf(outboxes: readonly Outbox[]): readonly Mark[] {
  const byDocument = Map.groupBy(outboxes, ({ runId, place }) => `${runId} ${documentIdOf(place)}`);
  return [...byDocument.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const told = new Map([first, ...others].map(({ place, events }) => [place.kind === 'start' ? START_OUTBOX : OUTBOX, events]));
    const published = [...told].map(([members, events]) => ({ members, events }));
    return [{ runId: first.runId, documentId: documentIdOf(first.place), published }];
  });
}

function documentIdOf(place: OutboxPlace): string {
  if (place.kind === 'node') return nodeDocumentId(place.node);
  if (place.kind === 'wait') return waitDocumentId(place.node);
  return RUN_ID;
}

function removals({ members: { events, since } }: Published): PatchOperation[] {
  return [since, events].map((name) => ({ op: 'remove', path: `/${name}` }));
}

function conditionOf(published: readonly Published[]): string {
  const same = published.map(({ members, events }) => {
    const last = events.length - 1;
    return `c.${members.events}[${last}].id = ${JSON.stringify(events[last]?.id ?? '')}`;
  });
  return `FROM c WHERE ${same.join(' AND ')}`;
}
