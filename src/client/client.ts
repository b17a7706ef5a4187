import { readJson, readUrl } from './answer.ts';
import { HexdagClientError } from './errors.ts';
import type {
  CallOptions,
  ClientOptions,
  ListFilter,
  ReasonOptions,
  RetryOptions,
  RunTriggerOptions,
  StartOptions,
  WaitOptions,
} from './options.ts';
import { idSegment, jsonOf, keyText, segment, segments } from './request-parts.ts';
import { readRetryAfter } from './retry-after.ts';
import { systemTiming, type Timing } from './timing.ts';
import { type Call, Transport } from './transport.ts';
import type {
  Artifact,
  ArtifactContent,
  ArtifactLink,
  ArtifactList,
  Callback,
  CallbackList,
  ControlAnswer,
  EventAnswer,
  Health,
  Readiness,
  RedriveAnswer,
  RetryAnswer,
  Run,
  RunPage,
  RunSummary,
  StartAnswer,
  StartedRun,
  TriggerList,
} from './types.ts';

const TIMEOUT_MS = 15_000;
const MAX_ATTEMPTS = 5;
const RETRY_FOR_MS = 60_000;
/** Where the app does not say when to look again. */
const POLL_MS = 1_000;
const MAX_POLL_MS = 30_000;
/** A run that has taken long is looked at less often. */
const POLL_SHARE = 0.1;

/**
 * The API of an app, for a backend. A call is repeated while the app is away or has too much to do, as late as it asks for; no call
 * does anything twice by that.
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
      body: jsonOf({ scheduledTime }),
      signal,
    });
  }

  /** The triggers of the app, and how its timers do. */
  listTriggers({ signal }: CallOptions = {}): Promise<TriggerList> {
    return this.#json({ method: 'GET', path: 'triggers', signal });
  }

  async getRun(runId: string, { signal }: CallOptions = {}): Promise<Run> {
    return this.#json({ method: 'GET', path: `runs/${idSegment(runId)}`, signal });
  }

  /** One page of runs, newest first. */
  listPage(filter: ListFilter & { readonly cursor?: string | undefined } = {}, { signal }: CallOptions = {}): Promise<RunPage> {
    const { limit, status, pipeline, trigger, from, to, cursor } = filter;
    const query = { limit, status, pipeline, trigger, from, to, cursor };
    return this.#json({ method: 'GET', path: 'runs', query, signal });
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
    const path = `runs/${idSegment(runId)}`;
    const startedAt = this.#timing.now();
    for (;;) {
      const retryForMs = timeoutMs === undefined ? undefined : Math.max(0, timeoutMs - (this.#timing.now() - startedAt));
      const call: Call = { method: 'GET', path, retryForMs, signal };
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
    return this.#json({ method: 'POST', path, body: jsonOf(event), signal });
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

  /** Does again what failed in a run that failed or was cancelled, under the same idempotency keys. What completed stays. */
  async retry(runId: string, { reason, plan, signal }: RetryOptions = {}): Promise<RetryAnswer> {
    const body = jsonOf({ reason, plan });
    return this.#json({ method: 'POST', path: `runs/${idSegment(runId)}/retry`, body, signal });
  }

  /** The files that a run has left behind. */
  async listArtifacts(runId: string, { signal }: CallOptions = {}): Promise<readonly Artifact[]> {
    const path = `runs/${idSegment(runId)}/artifacts`;
    return (await this.#json<ArtifactList>({ method: 'GET', path, signal })).artifacts;
  }

  /** The content of an artifact, by its whole name, as it comes; one that is too large for an answer comes from where it is kept. */
  async getArtifact(runId: string, name: string, { signal }: CallOptions = {}): Promise<ArtifactContent> {
    const path = artifactPath(runId, name);
    try {
      return await this.#transport.send({ method: 'GET', path, accept: '*/*', signal }, contentOf);
    } catch (error) {
      if (!(error instanceof HexdagClientError && error.code === 'artifact_too_large')) throw error;
    }
    const { url } = await this.linkArtifact(runId, name, { signal });
    return this.#transport.send({ method: 'GET', link: readUrl(url), accept: '*/*', signal }, contentOf);
  }

  /** An address that opens an artifact for a short time, for a browser or another program. */
  linkArtifact(runId: string, name: string, { signal }: CallOptions = {}): Promise<ArtifactLink> {
    return this.#json({ method: 'GET', path: artifactPath(runId, name), query: { link: true }, signal });
  }

  /** The events that the receiver of callbacks has not taken, and that are given up; the oldest. */
  async listCallbacks({
    limit,
    signal,
  }: CallOptions & { readonly limit?: number | undefined } = {}): Promise<readonly Callback[]> {
    return (await this.#json<CallbackList>({ method: 'GET', path: 'callbacks', query: { limit }, signal })).callbacks;
  }

  /** Has what was given up delivered again, and tells how many there are. */
  async redriveCallbacks({ signal }: CallOptions = {}): Promise<number> {
    return (await this.#json<RedriveAnswer>({ method: 'POST', path: 'callbacks/redrive', signal })).redriven;
  }

  /** Whether the app can do its work, dependency by dependency. An app that says it cannot has answered, too. */
  ready({ signal }: CallOptions = {}): Promise<Readiness> {
    return this.#json({ method: 'GET', path: 'health/ready', alsoAnswers: 503, signal });
  }

  /** That the app is alive, and what it has loaded. */
  health({ signal }: CallOptions = {}): Promise<Health> {
    return this.#json({ method: 'GET', path: 'health', signal });
  }

  async #control(
    runId: string,
    action: 'cancel' | 'suspend' | 'resume',
    { reason, signal }: ReasonOptions,
  ): Promise<ControlAnswer> {
    return this.#json({ method: 'POST', path: `runs/${idSegment(runId)}/${action}`, body: jsonOf({ reason }), signal });
  }

  #json<T>(call: Call): Promise<T> {
    return this.#transport.send(call, (response) => readJson<T>(response));
  }
}

function artifactPath(runId: string, name: string): string {
  return `runs/${idSegment(runId)}/artifacts/${segments(name, 'artifact_not_found')}`;
}

function contentOf(response: Response): ArtifactContent {
  return {
    contentType: response.headers.get('content-type') ?? 'application/octet-stream',
    content: response.body ?? new ReadableStream({ start: (controller) => controller.close() }),
  };
}
