import { argumentError, HexdagClientError } from './errors.ts';
import { readRetryAfter } from './retry-after.ts';
import { systemTiming, type Timing } from './timing.ts';
import { type Call, Transport } from './transport.ts';
import type {
  ControlAnswer,
  EventAnswer,
  Health,
  Run,
  RunPage,
  RunStatus,
  RunSummary,
  StartAnswer,
  StartedRun,
  TriggerList,
} from './types.ts';

export interface ClientOptions {
  /** Where the app is, such as `https://orders.azurewebsites.net`. */
  readonly url: string;
  /** A function key. */
  readonly key?: string | undefined;
  /** An access token for the app, or what gets one; it is asked before each attempt, so it may refresh. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /** Milliseconds that one attempt may take (15,000). */
  readonly timeoutMs?: number | undefined;
  /** Attempts of one call, the first included (5). */
  readonly maxAttempts?: number | undefined;
  /** Milliseconds of a call after which no further attempt begins (60,000). */
  readonly retryForMs?: number | undefined;
  /** In place of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** In place of the system's clock. */
  readonly timing?: Timing | undefined;
}

interface CallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface StartOptions extends CallOptions {
  /**
   * What the run is known by, such as an order's number: the same key and input again name the same run. Without it, one is made,
   * which covers the repetitions of this call and nothing else.
   */
  readonly idempotencyKey?: string | undefined;
  /** W3C trace context to go on with. */
  readonly traceparent?: string | undefined;
}

export interface RunTriggerOptions extends CallOptions {
  /** The occurrence that is to have its run after all (RFC 3339); without it, the run is for now. */
  readonly scheduledTime?: string | undefined;
  /** What a run for now is known by; without it, a key is made. */
  readonly idempotencyKey?: string | undefined;
}

export interface ListFilter {
  readonly status?: RunStatus | undefined;
  readonly pipeline?: string | undefined;
  readonly trigger?: string | undefined;
  /** Accepted then or later: a time such as `2026-01-31T08:00:00Z`, or a date. */
  readonly from?: string | undefined;
  /** Accepted before. */
  readonly to?: string | undefined;
  /** Runs of a page, 1 to 100 (20). */
  readonly limit?: number | undefined;
}

export interface WaitOptions extends CallOptions {
  /** Milliseconds after which to stop waiting; the run goes on. */
  readonly timeoutMs?: number | undefined;
}

interface ReasonOptions extends CallOptions {
  /** Why, for those who read the run later. */
  readonly reason?: string | undefined;
}

const TIMEOUT_MS = 15_000;
const MAX_ATTEMPTS = 5;
const RETRY_FOR_MS = 60_000;
/** Where the app does not say when to look again. */
const POLL_MS = 1_000;
const MAX_POLL_MS = 30_000;
/** A run that has taken long is looked at less often. */
const POLL_SHARE = 0.1;

/**
 * The API of an app, for a backend. Calls whose repetition does nothing twice are repeated when the app is away or refuses for its
 * load, as often and as late as the app asks.
 * Every method throws HexdagClientError, and the reason of its signal when that aborts.
 */
export class HexdagClient {
  readonly #transport: Transport;
  readonly #timing: Timing;

  /** @throws HexdagClientError `url_invalid` */
  constructor(options: ClientOptions) {
    const { timeoutMs = TIMEOUT_MS, maxAttempts = MAX_ATTEMPTS, retryForMs = RETRY_FOR_MS, timing = systemTiming } = options;
    this.#timing = timing;
    this.#transport = new Transport({ ...options, timeoutMs, maxAttempts, retryForMs, timing, fetch: options.fetch ?? fetch });
  }

  /** Starts a run with this input, once for the key. It is stored when this returns, and not yet done: see `waitForRun`. */
  async startRun(pipeline: string, input: unknown, options: StartOptions = {}): Promise<StartedRun> {
    const { idempotencyKey = crypto.randomUUID(), traceparent, signal } = options;
    const answer = await this.#json<StartAnswer>({
      method: 'POST',
      path: `pipelines/${segment(pipeline, 'pipeline_unknown')}/runs`,
      headers: { 'idempotency-key': keyText(idempotencyKey), ...(traceparent === undefined ? {} : { traceparent }) },
      body: jsonOf(input),
      repeatable: true,
      signal,
    });
    return { ...answer, idempotencyKey };
  }

  /** Starts a run of a timer trigger by hand, once for the key or the occurrence. */
  async runTrigger(trigger: string, options: RunTriggerOptions = {}): Promise<StartAnswer> {
    const { scheduledTime, idempotencyKey = crypto.randomUUID(), signal } = options;
    return this.#json({
      method: 'POST',
      path: `triggers/${segment(trigger, 'trigger_unknown')}/runs`,
      headers: { 'idempotency-key': keyText(idempotencyKey) },
      ...(scheduledTime === undefined ? {} : { body: jsonOf({ scheduledTime }) }),
      repeatable: true,
      signal,
    });
  }

  /** The triggers of the app, and how its timers do. */
  listTriggers({ signal }: CallOptions = {}): Promise<TriggerList> {
    return this.#json({ method: 'GET', path: 'triggers', repeatable: true, signal });
  }

  async getRun(runId: string, { signal }: CallOptions = {}): Promise<Run> {
    return this.#json({ method: 'GET', path: `runs/${idSegment(runId)}`, repeatable: true, signal });
  }

  /** One page of runs, newest first. */
  listPage(filter: ListFilter & { readonly cursor?: string | undefined } = {}, { signal }: CallOptions = {}): Promise<RunPage> {
    const { limit, status, pipeline, trigger, from, to, cursor } = filter;
    const query = { limit, status, pipeline, trigger, from, to, cursor };
    return this.#json({ method: 'GET', path: 'runs', query, repeatable: true, signal });
  }

  /** All runs, newest first; further pages are asked for as they are needed. */
  async *listRuns(filter: ListFilter = {}, options: CallOptions = {}): AsyncGenerator<RunSummary, void, undefined> {
    let cursor: string | undefined;
    do {
      const page = await this.listPage({ ...filter, cursor }, options);
      yield* page.runs;
      cursor = page.cursor;
    } while (cursor !== undefined);
  }

  /**
   * The run, once it has ended; whether it completed is for the caller to see. It is looked at as often as the app asks for.
   * @throws HexdagClientError `run_wait_timeout` once the time is up; the run goes on
   */
  async waitForRun(runId: string, { timeoutMs, signal }: WaitOptions = {}): Promise<Run> {
    const startedAt = this.#timing.now();
    const call: Call = { method: 'GET', path: `runs/${idSegment(runId)}`, repeatable: true, signal };
    for (;;) {
      const { run, retryAfter } = await this.#transport.send(call, async (response) => ({
        run: await readJson<Run>(response),
        retryAfter: response.headers.get('retry-after'),
      }));
      if (run.finishedAt !== undefined) return run;
      const elapsed = this.#timing.now() - startedAt;
      const asked = readRetryAfter(retryAfter, this.#timing.now()) ?? POLL_MS;
      const delay = Math.max(asked, Math.min(MAX_POLL_MS, elapsed * POLL_SHARE));
      if (timeoutMs !== undefined && elapsed + delay > timeoutMs) {
        const message = `The run ${runId} has not ended within ${timeoutMs} ms; it is '${run.status}' and goes on.`;
        throw new HexdagClientError({ code: 'run_wait_timeout', message, retryable: true });
      }
      await this.#timing.sleep(delay, signal);
    }
  }

  /** Gives an event to a run that waits for it. The same event again is the same event. */
  async sendEvent(runId: string, eventKey: string, event: unknown = null, { signal }: CallOptions = {}): Promise<EventAnswer> {
    const path = `runs/${idSegment(runId)}/events/${segment(eventKey, 'event_key_invalid')}`;
    return this.#json({ method: 'POST', path, body: jsonOf(event), repeatable: true, signal });
  }

  /** Ends a run before its time. */
  cancel(runId: string, options: ReasonOptions = {}): Promise<ControlAnswer> {
    return this.#control(runId, 'cancel', options);
  }

  /** No further node begins until the run is resumed; those at work finish. */
  suspend(runId: string, options: ReasonOptions = {}): Promise<ControlAnswer> {
    return this.#control(runId, 'suspend', options);
  }

  resume(runId: string, options: ReasonOptions = {}): Promise<ControlAnswer> {
    return this.#control(runId, 'resume', options);
  }

  /** That the app is alive, and what it has loaded. */
  health({ signal }: CallOptions = {}): Promise<Health> {
    return this.#json({ method: 'GET', path: 'health', repeatable: true, signal });
  }

  async #control(
    runId: string,
    action: 'cancel' | 'suspend' | 'resume',
    { reason, signal }: ReasonOptions,
  ): Promise<ControlAnswer> {
    const path = `runs/${idSegment(runId)}/${action}`;
    return this.#json({
      method: 'POST',
      path,
      ...(reason === undefined ? {} : { body: jsonOf({ reason }) }),
      repeatable: true,
      signal,
    });
  }

  #json<T>(call: Call): Promise<T> {
    return this.#transport.send(call, (response) => readJson<T>(response));
  }
}

/** The API's document says what an answer is made of; a test holds the types of this client to it. */
async function readJson<T>(response: Response): Promise<T> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `What answered ${response.status} is not the app: its answer is no JSON.`;
    throw new HexdagClientError({ code: 'answer_unreadable', message, status: response.status, retryable: false, cause });
  }
}

function jsonOf(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw argumentError('input_not_json', 'The input has no form in JSON: it is undefined or a function.');
  return text;
}

function keyText(idempotencyKey: string): string {
  if (/^[!-~]([ -~]*[!-~])?$/.test(idempotencyKey)) return idempotencyKey;
  throw argumentError('idempotency_key_invalid', 'An idempotency key is printable ASCII; encode or hash others.');
}

function idSegment(runId: string): string {
  if (/^[A-Za-z0-9_-]{1,100}$/.test(runId)) return runId;
  throw argumentError('run_id_invalid', "A run's id has 1 to 100 letters, digits, '-' or '_'.");
}

/** Addresses cannot have an empty segment, one of dots, or half a character. */
function segment(text: string, code: string): string {
  if (text === '' || /^\.{1,2}$/.test(text) || !text.isWellFormed()) {
    throw argumentError(code, `${JSON.stringify(text)} cannot be part of an address.`);
  }
  return encodeURIComponent(text);
}
