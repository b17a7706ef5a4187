import { z } from 'zod';
import type { RunEvent } from '../../ports/event-publisher.ts';
import type { Outbox, OutboxPlace } from '../../ports/outbox-store.ts';
import { json, parse } from './run-documents.ts';

/** The two members by which a document carries an outbox. `since` is there only while the events are: an index over it finds the few. */
export interface OutboxMembers {
  readonly events: string;
  readonly since: string;
}

/** Of the run's end, a node, a wait. */
export const OUTBOX = { events: 'outbox', since: 'unpublishedSince' } as const satisfies OutboxMembers;
/** Of the run's acceptance: its document may have both at once, since a run can end before anybody has heard of its start. */
export const START_OUTBOX = { events: 'startOutbox', since: 'startUnpublishedSince' } as const satisfies OutboxMembers;

/** What a document has more if there is something to announce. */
export function outboxMembers({ events, since }: OutboxMembers, outbox: readonly RunEvent[], writtenAt: string) {
  return outbox.length === 0 ? {} : { [events]: outbox, [since]: writtenAt };
}

export const event = z.object({
  id: z.string(),
  type: z.string(),
  source: z.string(),
  subject: z.string(),
  time: z.string(),
  data: json,
  traceparent: z.string().exactOptional(),
});

const outboxRow = z.object({
  runId: z.string(),
  type: z.enum(['run', 'node', 'wait']),
  node: z.string().exactOptional(),
  events: z.array(event),
  since: z.string(),
});

/** @throws MalformedDocumentError */
export function fromOutboxRow(row: unknown, members: OutboxMembers): { outbox: Outbox; writtenAt: string } {
  const { runId, type, node = '', events, since } = parse(outboxRow, row, 'outbox');
  const place: OutboxPlace = type === 'run' ? { kind: members === START_OUTBOX ? 'start' : 'end' } : { kind: type, node };
  return { outbox: { runId, place, events }, writtenAt: since };
}
