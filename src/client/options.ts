import type { Timing } from './timing.ts';
import type { RunStatus } from './types.ts';

export interface ClientOptions {
  /** Where the app is: its origin, such as `https://orders.azurewebsites.net`, or the address below which `/api` is. */
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

/** What every call takes. */
export interface CallOptions {
  /** Ends the call, with its own reason. */
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

export interface ReasonOptions extends CallOptions {
  /** Why, for those who read the run later. */
  readonly reason?: string | undefined;
}

export interface RetryOptions extends ReasonOptions {
  /** The plan that the run began with (`recorded`, if not said), or its pipeline as it is deployed now. */
  readonly plan?: 'recorded' | 'current' | undefined;
}
