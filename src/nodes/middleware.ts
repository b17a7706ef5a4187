import {
  BrokenCircuitError,
  ConsecutiveBreaker,
  circuitBreaker,
  DelegateBackoff,
  handleWhen,
  type IRetryBackoffContext,
  retry,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
} from 'cockatiel';
import { z } from 'zod';
import { isHexdagError } from '../errors.ts';
import type { JsonObject } from '../json.ts';
import { parseDuration } from '../pipeline/duration.ts';
import type { Clock } from '../ports/clock.ts';
import { readConfig } from './config-problems.ts';
import { ConfiguredRegistry } from './configured-registry.ts';
import { PermanentError, TransientError } from './errors.ts';
import { limitRate } from './rate-limit.ts';
import { cacheResponses } from './response-cache.ts';
import { type AroundCall, wrapPort } from './wrapped-port.ts';

export interface MiddlewareContext {
  /** Name of the port it goes around, for messages. */
  readonly port: string;
  readonly clock: Clock;
}

export interface MiddlewareDefinition {
  readonly name: string;
  readonly aliases: readonly string[];
  /** What its options may be. */
  readonly config: z.ZodType;
  create(options: unknown, context: MiddlewareContext): AroundCall;
}

/** Seconds, or a duration such as `30s`, as milliseconds. */
const duration = z
  .union([z.number(), z.string()])
  .transform((value) => parseDuration(value) ?? Number.NaN)
  .pipe(z.number('expected seconds, or a duration such as 30s').nonnegative().finite());

/** What says for itself that another try would fail alike says nothing about the port's health. */
function mayPass(error: unknown): boolean {
  return !isHexdagError(error) || error.retryable;
}

function define<Options extends z.ZodType>(
  name: string,
  aliases: readonly string[],
  config: Options,
  create: (options: z.infer<Options>, context: MiddlewareContext) => AroundCall,
): MiddlewareDefinition {
  return {
    name,
    aliases,
    config,
    create(given, context) {
      const owner = `the middleware '${name}' of port '${context.port}'`;
      return create(readConfig(config, given, { owner, code: 'middleware_options_invalid' }), context);
    },
  };
}

const retryWithBackoff = define(
  'retry_with_backoff',
  ['RetryWithBackoff', 'retry'],
  z.strictObject({
    max_retries: z.int().min(0).max(20).default(3),
    base_delay: duration.default(1_000),
    max_delay: duration.default(60_000),
    jitter: z.boolean().default(true),
  }),
  (options) => {
    const backoff = new DelegateBackoff<IRetryBackoffContext<unknown>>(({ attempt, result }) => {
      const delay = Math.min(options.base_delay * 2 ** (attempt - 1), options.max_delay);
      const named = 'error' in result && isHexdagError(result.error) ? (result.error.retryAfterMs ?? 0) : 0;
      return Math.max(options.jitter ? delay * (0.5 + Math.random() / 2) : delay, named);
    });
    const policy = retry(handleWhen(mayPass), { maxAttempts: options.max_retries, backoff });
    return ({ proceed }) => policy.execute(proceed);
  },
);

const timeLimit = define(
  'timeout',
  ['Timeout'],
  z.strictObject({ timeout_seconds: duration.optional(), timeout: duration.optional() }),
  ({ timeout_seconds: seconds, timeout: written }, { port }) => {
    const ms = seconds ?? written ?? 30_000;
    const policy = timeout(ms, TimeoutStrategy.Aggressive);
    return ({ method, proceed }) =>
      policy.execute(proceed).catch((error: unknown) => {
        if (!(error instanceof TaskCancelledError)) throw error;
        throw new TransientError('port_timeout', `'${method}' of port '${port}' did not answer within ${ms / 1_000} s.`);
      });
  },
);

const breaker = define(
  'circuit_breaker',
  ['CircuitBreaker'],
  z.strictObject({
    failure_threshold: z.int().positive().default(5),
    reset_timeout: duration.default(60_000),
    /** Accepted for pipelines written for hexDAG: one probe at a time is let through. */
    half_open_max_calls: z.literal(1).optional(),
  }),
  ({ failure_threshold: failures, reset_timeout: resetMs }, { port }) => {
    const policy = circuitBreaker(handleWhen(mayPass), { halfOpenAfter: resetMs, breaker: new ConsecutiveBreaker(failures) });
    return ({ proceed }) =>
      policy.execute(proceed).catch((error: unknown) => {
        if (!(error instanceof BrokenCircuitError)) throw error;
        const message = `Port '${port}' failed ${failures} times in a row and is left alone for ${resetMs / 1_000} s.`;
        throw new TransientError('circuit_open', message, { cause: error, retryAfterMs: resetMs });
      });
  },
);

const rateLimiter = define(
  'rate_limiter',
  ['RateLimiter'],
  z.strictObject({ max_calls: z.int().positive().default(10), period: duration.default(60_000) }),
  ({ max_calls: calls, period }, { clock }) => limitRate(calls, period, clock),
);

const responseCache = define(
  'response_cache',
  ['ResponseCache'],
  z.strictObject({ max_size: z.int().positive().max(10_000).default(128), ttl: duration.optional() }),
  ({ max_size: entries, ttl }, { clock }) => cacheResponses(entries, ttl, clock),
);

/** What a port's `middleware` may name. */
export class MiddlewareRegistry extends ConfiguredRegistry<MiddlewareDefinition> {
  constructor() {
    super('Middleware', [retryWithBackoff, timeLimit, rateLimiter, responseCache, breaker]);
  }
}

/** The port within its middleware; the first of the list is the innermost. @throws PermanentError */
export function withMiddleware(
  port: object,
  stack: readonly { readonly name: string; readonly options: JsonObject }[],
  registry: MiddlewareRegistry,
  context: MiddlewareContext,
): object {
  return stack.reduce((inner, { name, options }) => {
    const definition = registry.get(name);
    if (definition !== undefined) return wrapPort(inner, definition.create(options, context));
    const message = `Port '${context.port}' names the middleware '${name}', which this build does not have.`;
    throw new PermanentError('middleware_unknown', `${message} Known are: ${registry.names().join(', ')}.`);
  }, port);
}
