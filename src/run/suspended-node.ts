import { HexdagError } from '../errors.ts';
import { parseTemplate, renderTemplate } from '../expression/template.ts';
import type { JsonValue } from '../json.ts';
import { PermanentError } from '../nodes/errors.ts';
import type { RunStart } from '../ports/orchestrations.ts';
import type { RunRecord } from '../ports/run-store.ts';
import type { WaitRecord } from '../ports/wait-store.ts';
import type { AdvanceDependencies } from './advance-dependencies.ts';
import type { AdvanceTask, Suspension } from './advance-task.ts';
import { failureOf, NodeTimeoutError } from './failure.ts';
import { failedOutcome, type NodeOutcome } from './outcome.ts';
import { waitingEvent } from './run-events.ts';
import { toRunStart } from './run-start.ts';
import type { ReadyNode } from './walk.ts';

/** A child run that nobody tells the end of is looked at again after this, later on less and less often. */
const FIRST_CHILD_LOOK_MS = 5 * 60_000;
const LONGEST_CHILD_LOOK_MS = 6 * 3_600_000;
/** An event key ends up in URLs. */
const MAX_EVENT_KEY_CHARACTERS = 1_000;

/** What became of a node that waits for something outside: it has ended, or it goes on waiting. */
export type Suspendable =
  | { readonly kind: 'ended'; readonly outcome: NodeOutcome; readonly start?: RunStart }
  | { readonly kind: 'suspended'; readonly suspension: Suspension; readonly start?: RunStart };

/** Nobody sent the event in time, and no node takes over. */
class WaitTimeoutError extends HexdagError {
  readonly code = 'wait_timeout';
  readonly retryable = false;
}

/** Opens the node's wait, or looks how it stands. */
export async function lookAtWait(
  ready: ReadyNode,
  task: AdvanceTask,
  setUp: () => Promise<JsonValue>,
  dependencies: AdvanceDependencies,
): Promise<Suspendable> {
  const { waits, clock } = dependencies;
  const { path, node } = ready;
  // The durable clock may be ahead of this machine's.
  const now = Math.max(clock.now(), task.now);
  const known = task.lookUp || node.spec['setup_fn'] !== undefined ? await waits.read(task.runId, path) : null;
  let wait = known ?? (await openWait(await newWait(ready, task, setUp, now), task, dependencies));
  if (wait.status === 'open' && wait.until !== undefined && Date.parse(wait.until) <= now) {
    const decision = { status: 'timed_out', decidedAt: new Date(now).toISOString() } as const;
    wait = (await waits.decide(task.runId, path, decision))?.wait ?? wait;
  }
  if (wait.status === 'open') {
    return {
      kind: 'suspended',
      suspension: { node: path, ...(wait.until === undefined ? {} : { lookAt: Date.parse(wait.until) }) },
    };
  }
  return { kind: 'ended', outcome: waitOutcome(ready, wait) };
}

/** Opens a wait unless it is there, and tells the world if it was not. */
async function openWait(wait: WaitRecord, task: AdvanceTask, { waits, relay }: AdvanceDependencies): Promise<WaitRecord> {
  const events = relay.wanted([waitingEvent(task, wait)]);
  const opened = await waits.open(wait, events);
  if (opened.first) await relay.deliver({ runId: wait.runId, place: { kind: 'wait', node: wait.node }, events });
  return opened.wait;
}

async function newWait(
  { path, node, scope }: ReadyNode,
  { runId }: AdvanceTask,
  setUp: () => Promise<JsonValue>,
  now: number,
): Promise<WaitRecord> {
  const { event_key: eventKey, timeout_ms: timeoutMs, setup_fn: setupStep } = node.spec;
  const key = typeof eventKey === 'string' ? renderTemplate(parseTemplate(eventKey), scope) : '';
  if (key === '' || key.length > MAX_EVENT_KEY_CHARACTERS) {
    const message = `The event key of node '${node.name}' is ${key === '' ? 'empty' : 'too long'}: ${String(eventKey)}. Check what it is made of.`;
    throw new PermanentError('event_key_invalid', message);
  }
  const setup = setupStep === undefined ? undefined : await setUp();
  return {
    runId,
    node: path,
    eventKey: key,
    openedAt: new Date(now).toISOString(),
    ...(typeof timeoutMs === 'number' ? { until: new Date(now + timeoutMs).toISOString() } : {}),
    ...(setup === undefined ? {} : { setup }),
    status: 'open',
  };
}

function waitOutcome({ path, node }: ReadyNode, wait: WaitRecord): NodeOutcome {
  if (wait.status === 'decided') return { node: path, status: 'completed', result: wait.payload ?? { value: null } };
  if (node.onTimeout !== undefined) {
    return { node: path, status: 'completed', result: { value: { _timeout: true, event_key: wait.eventKey } } };
  }
  const message = `No event '${wait.eventKey}' came in time. Send it earlier, raise 'timeout', or name a node in 'on_timeout'.`;
  return failedOutcome(path, node, failureOf(new WaitTimeoutError(message)));
}

/** Claims the node's child run, or looks how it stands. */
export async function lookAtChild(
  ready: ReadyNode,
  task: AdvanceTask,
  { children, clock }: AdvanceDependencies,
): Promise<Suspendable> {
  const { path, node, input } = ready;
  const { runId, eventKey, traceParent } = task;
  const run = await children.claim({
    parent: { runId, node: path },
    isAwaited: node.spec['wait'] !== false,
    pipeline: String(node.spec['pipeline']),
    input,
    correlationId: eventKey,
    ...(traceParent === undefined ? {} : { traceParent }),
  });
  const start = run.status === 'accepted' ? { start: toRunStart(run, task.lookUp) } : {};
  if (node.spec['wait'] === false) {
    const outcome = { node: path, status: 'completed', result: { value: { run_id: run.runId } } } as const;
    return { kind: 'ended', outcome, ...start };
  }
  const outcome = childOutcome(ready, run);
  if (outcome !== undefined) return { kind: 'ended', outcome };
  const now = Math.max(clock.now(), task.now);
  const begunAt = Date.parse(run.retriedAt ?? run.acceptedAt);
  const deadline = node.timeoutMs === 0 ? Number.POSITIVE_INFINITY : begunAt + node.timeoutMs;
  if (now >= deadline) {
    return { kind: 'ended', outcome: failedOutcome(path, node, failureOf(new NodeTimeoutError(node.name, node.timeoutMs))) };
  }
  const pauseMs = Math.min(Math.max(now - begunAt, FIRST_CHILD_LOOK_MS), LONGEST_CHILD_LOOK_MS);
  const lookAt = Math.min(now + pauseMs, deadline);
  return { kind: 'suspended', suspension: { node: path, lookAt }, ...start };
}

function childOutcome({ path, node }: ReadyNode, run: RunRecord): NodeOutcome | undefined {
  if (run.status === 'completed') return { node: path, status: 'completed', result: run.output ?? { value: null } };
  if (run.status !== 'failed' && run.status !== 'cancelled') return undefined;
  const why = run.error?.message ?? `it was ${run.status}`;
  const message = `The run ${run.runId} of pipeline '${run.pipeline}' did not complete: ${why}`;
  return failedOutcome(path, node, { type: 'ChildRunFailed', code: 'child_run_failed', message, retryable: false });
}
