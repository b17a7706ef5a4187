import { existsSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import type { ServiceBusClient, ServiceBusReceiver } from '@azure/service-bus';
import type { Effect, Ending } from './orders.ts';
import type { SeenOrder } from './outcome.ts';
import type { RunEnded } from './run-events.ts';

const POLL_MS = 50;
const PATIENCE_MS = 10_000;

/** A message the app would not take, as it lies in the dead-letter queue. */
export interface Refusal {
  readonly messageId: string;
  readonly reason: string;
  readonly description: string;
}

/** Reads (and leaves there) what lies in the dead-letter queue that the receiver is of, and closes it: it would peek on from there. */
export async function readRefusals(receiver: ServiceBusReceiver): Promise<readonly Refusal[]> {
  const messages = await receiver.peekMessages(100);
  await receiver.close();
  return messages.map(({ messageId, deadLetterReason, deadLetterErrorDescription }) => ({
    messageId: String(messageId),
    reason: deadLetterReason ?? 'unknown',
    description: deadLetterErrorDescription ?? '',
  }));
}

/** What is looked for, as soon as there is any of it; nothing if there is none for a while. */
export async function untilThere<Found>(look: () => Promise<readonly Found[]>): Promise<readonly Found[]> {
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await setTimeout(POLL_MS)) {
    const found = await look();
    if (found.length > 0) return found;
  }
  return [];
}

/** Waits until a queue holds nothing more, neither waiting nor at work; for a while. */
export async function untilDrained(client: ServiceBusClient, queue: string, patienceMs: number): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await setTimeout(POLL_MS)) {
    // A receiver peeks on from where it stopped, so each look takes a new one.
    const receiver = client.createReceiver(queue);
    const left = await receiver.peekMessages(1);
    await receiver.close();
    if (left.length === 0) return;
  }
}

interface EffectLine {
  readonly effect: Effect;
  readonly orderId: string;
}

/** What the steps did to the world outside: order → its effects, each call counted. */
export function readEffects(file: string): ReadonlyMap<string, readonly Effect[]> {
  const effects = new Map<string, Effect[]>();
  if (!existsSync(file)) return effects;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (line === '') continue;
    const { effect, orderId }: EffectLine = JSON.parse(line);
    effects.set(orderId, [...(effects.get(orderId) ?? []), effect]);
  }
  return effects;
}

/** Joins what was seen at the three places where an order can show itself. */
export function joinSightings(
  ended: readonly RunEnded[],
  refusals: readonly Refusal[],
  effects: ReadonlyMap<string, readonly Effect[]>,
): ReadonlyMap<string, SeenOrder> {
  const seen = new Map<string, SeenOrder>();
  const add = (orderId: string, ending: Ending, reason: string | undefined) => {
    const before = seen.get(orderId)?.endings ?? [];
    seen.set(orderId, {
      endings: [...before, ending],
      effects: effects.get(orderId) ?? [],
      ...(reason === undefined ? {} : { reason }),
    });
  };
  for (const { key, status, error } of ended) add(key, status, error);
  for (const { messageId, reason } of refusals) add(messageId, 'refused', reason);
  for (const [orderId, calls] of effects) {
    if (!seen.has(orderId)) seen.set(orderId, { endings: [], effects: calls });
  }
  return seen;
}
