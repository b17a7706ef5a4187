import { argumentError, HexdagClientError } from './errors.ts';
import type { ClientOptions } from './options.ts';
import { readProblem } from './problem.ts';
import { readRetryAfter } from './retry-after.ts';
import { type FailedAttempt, mayPass, nextDelayMs, type RetryLimits } from './retry-policy.ts';
import type { Timing } from './timing.ts';

export interface TransportOptions extends RetryLimits, Pick<ClientOptions, 'url' | 'key' | 'token'> {
  /** Milliseconds that one attempt may take. */
  readonly timeoutMs: number;
  readonly fetch: typeof fetch;
  readonly timing: Timing;
}

/** One call of the API, or of an address that an answer gave: that one is told neither key nor token. */
export type Call = CallParts & (ApiAddress | { readonly link: URL });

interface ApiAddress {
  /** Below `/api/`, each segment encoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
}

interface CallParts {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. */
  readonly body?: string;
  /** What may come back; JSON if not said. */
  readonly accept?: string;
  /** A status that is an answer besides those below 400, unless a problem document comes with it. */
  readonly alsoAnswers?: number;
  /** Milliseconds after which no further attempt begins, if sooner than the client's. */
  readonly retryForMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Sends calls, again where that may help. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #base: URL;

  /** @throws HexdagClientError `url_invalid` */
  constructor(options: TransportOptions) {
    this.#options = options;
    this.#base = baseOf(options.url);
  }

  /**
   * What `read` makes of the answer, once there is one below 400.
   * @throws HexdagClientError, and the signal's reason
   */
  async send<T>(call: Call, read: (response: Response) => Promise<T> | T): Promise<T> {
    const { timing, maxAttempts } = this.#options;
    const limits = { maxAttempts, retryForMs: Math.min(this.#options.retryForMs, call.retryForMs ?? Number.POSITIVE_INFINITY) };
    const startedAt = timing.now();
    for (let attempts = 1; ; attempts += 1) {
      const outcome = await this.#attempt(call, read);
      if ('value' in outcome) return outcome.value;
      const progress = { attempts, elapsedMs: timing.now() - startedAt };
      const delay = nextDelayMs(outcome.failed, progress, limits, timing.random());
      if (delay === undefined) throw outcome.error;
      await timing.sleep(delay, call.signal);
    }
  }

  async #attempt<T>(call: Call, read: (response: Response) => Promise<T> | T): Promise<Attempt<T>> {
    call.signal?.throwIfAborted();
    const address = this.#address(call);
    const headers = await this.#headers(call);
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), this.#options.timeoutMs);
    try {
      const response = await this.#options.fetch(address, {
        method: call.method,
        headers,
        ...(call.body === undefined ? {} : { body: call.body }),
        // A key or a token is for the app alone, not for whoever it names.
        redirect: 'manual',
        signal: call.signal === undefined ? limit.signal : AbortSignal.any([call.signal, limit.signal]),
      });
      return response.ok || answersAlso(response, call) ? { value: await read(response) } : await this.#refusal(response, call);
    } catch (error) {
      call.signal?.throwIfAborted();
      if (error instanceof HexdagClientError) throw error;
      return 'link' in call ? linkSilence(error, address) : this.#noAnswer(error, limit.signal.aborted);
    } finally {
      clearTimeout(timer);
    }
  }

  async #refusal(response: Response, call: Call): Promise<Refusal> {
    const { status } = response;
    if ('link' in call) {
      await response.body?.cancel();
      return linkRefusal(status);
    }
    const problem = readProblem(await response.text());
    const retryAfterMs = readRetryAfter(response.headers.get('retry-after'), this.#options.timing.now());
    const error = new HexdagClientError({
      code: problem?.code ?? 'app_refused',
      message: problem?.detail ?? bareRefusal(status),
      status,
      retryable: mayPass(status) || retryAfterMs !== undefined,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      ...(problem === undefined ? {} : { problem }),
    });
    return { failed: { kind: 'refused', status, retryAfterMs }, error };
  }

  #noAnswer(cause: unknown, isLate: boolean): Refusal {
    const { origin } = this.#base;
    const broken = isLate
      ? `No answer from ${origin} within ${this.#options.timeoutMs} ms.`
      : `The connection to ${origin} ended before the answer did.`;
    const message = isAbsent(cause) ? `Nothing answers at ${origin}: check that the app is running, and the address.` : broken;
    return {
      failed: { kind: 'no_answer' },
      error: new HexdagClientError({ code: 'app_unreachable', message, retryable: true, cause }),
    };
  }

  #address(call: Call): URL {
    if ('link' in call) return call.link;
    const { path, query = {} } = call;
    const url = new URL(`api/${path}`, this.#base);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, String(value));
    }
    return url;
  }

  async #headers(call: Call): Promise<Headers> {
    const { headers, body, accept = 'application/json' } = call;
    if ('link' in call) return toHeaders({ accept });
    const { key, token } = this.#options;
    const bearer = typeof token === 'function' ? await ask(token) : token;
    return toHeaders({
      accept,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(key === undefined ? {} : { 'x-functions-key': key }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...headers,
    });
  }
}

type Attempt<T> = { readonly value: T } | Refusal;

interface Refusal {
  readonly failed: FailedAttempt;
  readonly error: HexdagClientError;
}

/** No message holds the link itself, nor does a cause. */
function linkRefusal(status: number): Refusal {
  const message = `What keeps the file answered its link with ${status}: it may not be open to this network.`;
  const error = new HexdagClientError({ code: 'link_unusable', message, status, retryable: mayPass(status) });
  return { failed: { kind: 'refused', status, retryAfterMs: undefined }, error };
}

function linkSilence(cause: unknown, { origin }: URL): Refusal {
  const message = `Nothing answers at ${origin}, where the file is kept: it may not be open to this network.`;
  const error = new HexdagClientError({ code: 'link_unusable', message, retryable: true, cause });
  return { failed: { kind: 'no_answer' }, error };
}

/** What stands before the app says no more than a status. */
function bareRefusal(status: number): string {
  const hint = status === 401 ? ': the function key is missing or wrong, or it wants something else' : '';
  return `The app, or what stands before it, answered ${status}${hint}.`;
}

function answersAlso({ status, headers }: Response, { alsoAnswers }: Call): boolean {
  return status === alsoAnswers && headers.get('content-type') === 'application/json';
}

/** The runtime's own error would show the value, which may be a secret. */
function toHeaders(headers: Readonly<Record<string, string>>): Headers {
  try {
    return new Headers(headers);
  } catch {
    const message = 'The key, the token or another header of the call has a character that no header can carry.';
    throw argumentError('header_value_invalid', message);
  }
}

async function ask(token: () => string | Promise<string>): Promise<string> {
  try {
    return await token();
  } catch (cause) {
    const message = 'There is no access token for the call: what should get one failed (see the cause).';
    throw new HexdagClientError({ code: 'token_unavailable', message, retryable: true, cause });
  }
}

function baseOf(url: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (
    base === undefined ||
    !/^https?:$/.test(base.protocol) ||
    `${base.search}${base.hash}${base.username}${base.password}` !== ''
  ) {
    throw argumentError('url_invalid', 'The address of the app must be an origin such as http://127.0.0.1:7071.');
  }
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return base;
}

const NOT_CONNECTED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether the connection was never made, as the runtime's error tells. */
function isAbsent(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && NOT_CONNECTED.has(error.code)) return true;
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isAbsent);
  return isAbsent(error.cause);
}
