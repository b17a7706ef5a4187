import { formatFacts, formatTable, printable, quantity } from '../terminal.ts';
import type { DeadLetter } from './dead-letters.ts';

/** Characters of a description in a table; `show` tells all of it. */
const DESCRIPTION_WIDTH = 60;

export interface DeadLetterPage {
  readonly name: string;
  readonly deadLetters: readonly DeadLetter[];
  /** Whether there are more than those. */
  readonly more: boolean;
}

export function deadLetterTable({ name, deadLetters, more }: DeadLetterPage): string {
  if (deadLetters.length === 0) return `${printable(name)} has no such dead letters.\n`;
  const header = ['number', 'message id', 'reason', 'deliveries', 'since', 'description'];
  const rows = deadLetters.map(({ sequenceNumber, messageId, reason, deliveryCount, enqueuedAt, description }) => [
    sequenceNumber,
    messageId,
    reason,
    deliveryCount,
    enqueuedAt,
    clipped(description),
  ]);
  const end = more ? 'There are more; --limit shows them.\n' : '';
  return `${formatTable(header, rows)}\n${reasonCounts(deadLetters)}\n${end}`;
}

/** `3 body_not_json, 1 TTLExpiredException`, the most frequent first */
export function reasonCounts(deadLetters: readonly Pick<DeadLetter, 'reason'>[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of deadLetters) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${count} ${printable(reason)}`)
    .join(', ');
}

/** Everything about one of them, its body last. */
export function describeDeadLetter(deadLetter: DeadLetter, body: string): string {
  const { sequenceNumber, messageId, reason, description, deliveryCount, enqueuedAt, properties, ...rest } = deadLetter;
  const facts: [string, string][] = [
    ['number', String(sequenceNumber)],
    ['id', messageId],
    ['reason', reason],
    ...lines('why', description),
    ['since', enqueuedAt],
    ['tries', String(deliveryCount)],
    ...named('session', rest.sessionId),
    ...named('subject', rest.subject),
    ...named('type', rest.contentType),
    ...named('belongs to', rest.correlationId),
    ...Object.entries(properties).map(([name, value]): [string, string] => ['property', `${name} = ${JSON.stringify(value)}`]),
  ];
  const text = body.split('\n').map(printable).join('\n');
  return `${formatFacts(facts)}\n${text}\n`;
}

/** What is to be sent again: `3 of 14 dead letters of orders (2 body_not_json, 1 schema_violation)` */
export function selectionText(name: string, wanted: readonly Pick<DeadLetter, 'reason'>[], total: number): string {
  const all = wanted.length === total ? quantity(total, 'dead letter') : `${wanted.length} of ${quantity(total, 'dead letter')}`;
  return `${all} of ${printable(name)} (${reasonCounts(wanted)})`;
}

function named(name: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : [[name, value]];
}

function lines(name: string, text: string): [string, string][] {
  return text === '' ? [] : text.split('\n').map((line, index) => [index === 0 ? name : '', line]);
}

function clipped(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length <= DESCRIPTION_WIDTH ? line : `${line.slice(0, DESCRIPTION_WIDTH - 1)}…`;
}
