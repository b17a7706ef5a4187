import { type AcceptDependencies, type Start, startOnce, toClaimRequest } from '../accept-event.ts';
import type { ClaimRequest } from '../claim-run.ts';
import { type Reading, type Rejection, read, refuse } from '../rejection.ts';
import type { Trigger } from '../trigger.ts';
import { readTriggerEvent, type SentEvent } from '../trigger-event.ts';
import { itemRejection } from './batch-item.ts';
import type { Delivery } from './delivery.ts';
import { readEvents } from './read-events.ts';
import type { WebhookSource } from './source.ts';

/** What became of one event. */
export type EventOutcome =
  | { readonly kind: 'started' | 'duplicate'; readonly runId: string }
  /** The trigger's `when` is not true of it. */
  | { readonly kind: 'ignored' };

export type Acceptance =
  | { readonly kind: 'one'; readonly outcome: EventOutcome }
  /** In the order of the batch. */
  | { readonly kind: 'batch'; readonly outcomes: readonly EventOutcome[] }
  | { readonly kind: 'rejected'; readonly rejection: Rejection };

type Asked = ClaimRequest | 'ignored';

/** Runs of one batch that are stored at the same time. */
const AT_ONCE = 8;

/**
 * Starts the run of each event of a delivery. Every event of a batch is checked before the first of them starts anything.
 * Whatever a dependency throws goes through; the same delivery may simply be repeated.
 */
export async function acceptDelivery(
  delivery: Delivery,
  trigger: Trigger<WebhookSource>,
  dependencies: AcceptDependencies,
): Promise<Acceptance> {
  const events = readEvents(delivery, trigger.source);
  if (events.kind === 'refused') return { kind: 'rejected', rejection: events.rejection };
  if (events.value.kind === 'one') {
    const asked = readAsked(events.value.event, trigger);
    return asked.kind === 'refused'
      ? { kind: 'rejected', rejection: asked.rejection }
      : toAcceptance(await start(asked.value, dependencies));
  }
  const asked: Asked[] = [];
  for (const [index, event] of events.value.events.entries()) {
    const one = checked(readAsked(event, trigger));
    if (one.kind === 'refused') return { kind: 'rejected', rejection: itemRejection(index, one.rejection) };
    asked.push(one.value);
  }
  return startAll(asked, dependencies);
}

function readAsked(event: SentEvent, trigger: Trigger<WebhookSource>): Reading<Asked> {
  const reading = readTriggerEvent(event, trigger);
  if (reading.kind === 'ignored') return read('ignored');
  return reading.kind === 'refused' ? reading : toClaimRequest(reading.value, trigger);
}

/** Whether the pipeline takes the input is otherwise found out when the run is stored. */
function checked(asked: Reading<Asked>): Reading<Asked> {
  if (asked.kind === 'refused' || asked.value === 'ignored') return asked;
  const input = asked.value.pipeline.readInput?.(asked.value.input);
  return input?.kind === 'refused' ? input : asked;
}

async function start(asked: Asked, dependencies: AcceptDependencies): Promise<Start | EventOutcome> {
  return asked === 'ignored' ? { kind: 'ignored' } : startOnce(asked, dependencies);
}

function toAcceptance(started: Start | EventOutcome): Acceptance {
  return started.kind === 'rejected' ? started : { kind: 'one', outcome: started };
}

async function startAll(asked: readonly Asked[], dependencies: AcceptDependencies): Promise<Acceptance> {
  const outcomes: EventOutcome[] = [];
  let rejection: Rejection | undefined;
  for (let index = 0; index < asked.length; index += AT_ONCE) {
    const started = await Promise.all(asked.slice(index, index + AT_ONCE).map((one) => start(one, dependencies)));
    for (const [offset, one] of started.entries()) {
      if (one.kind !== 'rejected') outcomes.push(one);
      else rejection ??= lateRejection(index + offset, one.rejection);
    }
  }
  return rejection === undefined ? { kind: 'batch', outcomes } : { kind: 'rejected', rejection };
}

/** That a key was used for something else is known only when its run is there. */
function lateRejection(index: number, { code, message, runId }: Rejection): Rejection {
  const what = `Item ${index} of the batch, counted from 0, is refused, the others are accepted`;
  return refuse(code, `${what}: ${message}`, { item: { index, code }, ...(runId === undefined ? {} : { runId }) }).rejection;
}
