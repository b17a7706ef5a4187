import { codeOf, HexdagError, messageOf } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Orchestrations } from '../ports/orchestrations.ts';
import { type ApiResponse, jsonResponse } from './api-message.ts';
import { inTime } from './in-time.ts';

/** Something the app depends on. */
export interface Dependency {
  readonly name: string;
  /** Whether the app can do nothing without it. What waits until it is back can wait in another place otherwise. */
  readonly required: boolean;
  /** Asks it for next to nothing. Rejects if it does not answer as it should. */
  check(orchestrations: Pick<Orchestrations, 'state'>): Promise<unknown>;
}

interface Finding {
  readonly name: string;
  readonly required: boolean;
  readonly latencyMs: number;
  readonly code?: string;
}

/** Probes come often, and from several sides: what was found serves all of them for a while. */
const FINDINGS_FRESH_MS = 5_000;
const CHECK_LIMIT_MS = 2_000;
const RETRY_AFTER_SECONDS = '5';

/** A dependency let the question wait for too long. */
class CheckTimeoutError extends HexdagError {
  readonly code = 'check_timeout';
  readonly retryable = true;
}

/** `GET /health/ready`: whether each dependency answers. Nothing of what they say of themselves is told, only a code. */
export class Readiness {
  readonly #dependencies: readonly Dependency[];
  readonly #clock: Clock;
  readonly #log: Log;
  #last: { readonly at: number; readonly response: Promise<ApiResponse> } | undefined;

  constructor(dependencies: readonly Dependency[], clock: Clock, log: Log) {
    this.#dependencies = dependencies;
    this.#clock = clock;
    this.#log = log;
  }

  look(orchestrations: Pick<Orchestrations, 'state'>): Promise<ApiResponse> {
    const now = this.#clock.now();
    if (this.#last === undefined || now - this.#last.at >= FINDINGS_FRESH_MS) {
      this.#last = { at: now, response: this.#ask(now, orchestrations) };
    }
    return this.#last.response;
  }

  async #ask(now: number, orchestrations: Pick<Orchestrations, 'state'>): Promise<ApiResponse> {
    const findings = await Promise.all(this.#dependencies.map((dependency) => this.#check(dependency, orchestrations)));
    const failed = findings.filter(({ code }) => code !== undefined);
    const isUnready = failed.some(({ required }) => required);
    const body = {
      status: isUnready ? 'unready' : failed.length > 0 ? 'degraded' : 'ready',
      checkedAt: new Date(now).toISOString(),
      dependencies: findings.map(viewOf),
    };
    const headers = { 'cache-control': 'no-store', ...(isUnready ? { 'retry-after': RETRY_AFTER_SECONDS } : {}) };
    return jsonResponse(isUnready ? 503 : 200, body, headers);
  }

  async #check({ name, required, check }: Dependency, orchestrations: Pick<Orchestrations, 'state'>): Promise<Finding> {
    const startedAt = this.#clock.now();
    const latencyMs = () => Math.max(0, Math.round(this.#clock.now() - startedAt));
    try {
      await inTime(check(orchestrations), CHECK_LIMIT_MS, () => new CheckTimeoutError(`No answer within ${CHECK_LIMIT_MS} ms.`));
      return { name, required, latencyMs: latencyMs() };
    } catch (error) {
      const code = codeOf(error);
      this.#log('warn', 'a dependency does not answer', { dependency: name, code, error: messageOf(error) });
      return { name, required, latencyMs: latencyMs(), code };
    }
  }
}

function viewOf({ name, required, latencyMs, code }: Finding): JsonObject {
  return { name, status: code === undefined ? 'ok' : 'failed', required, latencyMs, ...(code === undefined ? {} : { code }) };
}
