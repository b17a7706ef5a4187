import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JsonObject } from '../../src/json.ts';
import { PermanentError, TransientError } from '../../src/nodes/errors.ts';
import { MiddlewareRegistry, withMiddleware } from '../../src/nodes/middleware.ts';
import { TokenBucket } from '../../src/nodes/rate-limit.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

type Behaviour = (call: number, args: readonly unknown[]) => unknown;

/** A port that counts its calls, within one middleware. */
class Port {
  calls = 0;
  readonly #behaviour: Behaviour;
  readonly label = 'a value';

  constructor(behaviour: Behaviour) {
    this.#behaviour = behaviour;
  }

  async ask(...args: readonly unknown[]): Promise<unknown> {
    this.calls += 1;
    return this.#behaviour(this.calls, args);
  }

  async *stream(): AsyncGenerator<number> {
    yield this.calls;
  }
}

function wrapped(name: string, options: JsonObject, behaviour: Behaviour) {
  const port = new Port(behaviour);
  const clock = { now: () => Date.now() };
  const outer = withMiddleware(port, [{ name, options }], new MiddlewareRegistry(), { port: 'api', clock });
  if (!isPort(outer)) throw new TypeError('A wrapped port keeps its methods.');
  return { port, outer };
}

function isPort(value: object): value is Port {
  return 'ask' in value && 'stream' in value;
}

/** What came of the promise once all timers have run. */
async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  const settled = promise.then(
    (value) => value,
    (error: unknown) => error,
  );
  await vi.runAllTimersAsync();
  return settled;
}

describe('any middleware', () => {
  it('leaves values and streams of the port as they are', async () => {
    const { outer } = wrapped('timeout', {}, () => 1);

    const pieces: number[] = [];
    for await (const piece of outer.stream()) pieces.push(piece);

    expect([outer.label, pieces]).toEqual(['a value', [0]]);
  });

  it('goes around what was named before it', async () => {
    const port = new Port((call) => {
      if (call < 3) throw new RangeError('not yet');
      return call;
    });
    const stack = [
      { name: 'retry_with_backoff', options: {} },
      { name: 'timeout', options: { timeout: '500ms' } },
    ];
    const clock = { now: () => Date.now() };
    const outer = withMiddleware(port, stack, new MiddlewareRegistry(), { port: 'api', clock });

    const outcome = await outcomeOf(isPort(outer) ? outer.ask() : Promise.resolve());

    expect(outcome).toMatchObject({ code: 'port_timeout' });
  });

  it.each([
    ['hexdag.stdlib.middleware.retry.RetryWithBackoff', true],
    ['CircuitBreaker', true],
    ['batch_generation', false],
  ])('%s is known: %s', (name, expected) => {
    expect(new MiddlewareRegistry().has(name)).toBe(expected);
  });

  it('is refused with options it does not have', () => {
    expect(() => wrapped('timeout', { seconds: 3 }, () => 1)).toThrow(
      expect.objectContaining({ code: 'middleware_options_invalid' }),
    );
  });

  it('is refused if this build does not have it', () => {
    expect(() => wrapped('nonsense', {}, () => 1)).toThrow(expect.objectContaining({ code: 'middleware_unknown' }));
  });
});

describe('retry_with_backoff', () => {
  it('tries again, three times by default', async () => {
    const { port, outer } = wrapped('retry_with_backoff', {}, () => {
      throw new RangeError('down');
    });

    const outcome = await outcomeOf(outer.ask());

    expect(outcome).toEqual(new RangeError('down'));
    expect(port.calls).toBe(4);
  });

  it('waits twice as long each time, up to its limit', async () => {
    const times: number[] = [];
    const options = { max_retries: 4, base_delay: 1, max_delay: '3s', jitter: false };
    const { outer } = wrapped('retry_with_backoff', options, () => {
      times.push(Date.now());
      throw new RangeError('down');
    });

    await outcomeOf(outer.ask());

    expect(times.slice(1).map((time, index) => time - (times[index] ?? 0))).toEqual([1_000, 2_000, 3_000, 3_000]);
  });

  it('waits as long as the other side asks', async () => {
    const start = Date.now();
    const { outer } = wrapped('retry_with_backoff', {}, (call) => {
      if (call === 1) throw new TransientError('busy', 'busy', { retryAfterMs: 20_000 });
      return Date.now() - start;
    });

    const outcome = await outcomeOf(outer.ask());

    expect(outcome).toBe(20_000);
  });

  it('does not repeat what would fail alike', async () => {
    const { port, outer } = wrapped('retry_with_backoff', {}, () => {
      throw new PermanentError('wrong', 'wrong');
    });

    const outcome = await outcomeOf(outer.ask());

    expect(outcome).toMatchObject({ code: 'wrong' });
    expect(port.calls).toBe(1);
  });
});

describe('timeout', () => {
  it('ends the waiting for an answer', async () => {
    const { outer } = wrapped('timeout', { timeout_seconds: 2 }, () => new Promise(() => undefined));

    const outcome = await outcomeOf(outer.ask());

    expect(outcome).toMatchObject({ code: 'port_timeout', retryable: true });
    expect(outcome).toMatchObject({ message: "'ask' of port 'api' did not answer within 2 s." });
  });

  it('passes an answer and an error on', async () => {
    const { outer } = wrapped('timeout', {}, (call) => {
      if (call === 2) throw new RangeError('no');
      return 'yes';
    });

    const outcomes = [await outcomeOf(outer.ask()), await outcomeOf(outer.ask())];

    expect(outcomes).toEqual(['yes', new RangeError('no')]);
  });
});

describe('circuit_breaker', () => {
  const options = { failure_threshold: 2, reset_timeout: 10 };

  it('leaves a port alone that keeps failing, and says for how long', async () => {
    const { port, outer } = wrapped('circuit_breaker', options, () => {
      throw new RangeError('down');
    });
    await outcomeOf(outer.ask());
    await outcomeOf(outer.ask());

    const outcome = await outcomeOf(outer.ask());

    expect(outcome).toMatchObject({ code: 'circuit_open', retryable: true, retryAfterMs: 10_000 });
    expect(port.calls).toBe(2);
  });

  it('does not count what is the caller’s fault', async () => {
    const { port, outer } = wrapped('circuit_breaker', options, () => {
      throw new PermanentError('wrong', 'wrong');
    });

    for (let call = 0; call < 5; call++) await outcomeOf(outer.ask());

    expect(port.calls).toBe(5);
  });

  it('tries the port again afterwards', async () => {
    const { outer } = wrapped('circuit_breaker', options, (call) => {
      if (call < 3) throw new RangeError('down');
      return 'up';
    });
    await outcomeOf(outer.ask());
    await outcomeOf(outer.ask());
    await vi.advanceTimersByTimeAsync(10_000);

    const outcomes = [await outcomeOf(outer.ask()), await outcomeOf(outer.ask())];

    expect(outcomes).toEqual(['up', 'up']);
  });
});

describe('rate_limiter', () => {
  it('lets calls through up to the limit and delays the others', async () => {
    const start = Date.now();
    const { outer } = wrapped('rate_limiter', { max_calls: 2, period: 10 }, () => Date.now() - start);

    const calls = Promise.all([outer.ask(), outer.ask(), outer.ask(), outer.ask()]);

    expect(await outcomeOf(calls)).toEqual([0, 0, 5_000, 10_000]);
  });

  it('fills up again, never beyond the limit', () => {
    const bucket = new TokenBucket(2, 10_000, 0);
    bucket.take(0);
    bucket.take(0);

    const waits = [bucket.take(100_000), bucket.take(100_000), bucket.take(100_000)];

    expect(waits).toEqual([0, 0, 5_000]);
  });
});

describe('response_cache', () => {
  it('answers the same question once, whatever the order of its keys', async () => {
    const { port, outer } = wrapped('response_cache', {}, (call) => call);
    const { signal } = new AbortController();

    const answers = [
      await outer.ask({ a: 1, b: [2] }),
      await outer.ask({ b: [2], a: 1, signal }),
      await outer.ask({ a: 2, b: [2] }),
    ];

    expect(answers).toEqual([1, 1, 2]);
    expect(port.calls).toBe(2);
  });

  it('keeps no failure', async () => {
    const { outer } = wrapped('response_cache', {}, (call) => {
      if (call === 1) throw new RangeError('down');
      return call;
    });

    const outcomes = [await outcomeOf(outer.ask('q')), await outcomeOf(outer.ask('q'))];

    expect(outcomes).toEqual([new RangeError('down'), 2]);
  });

  it('forgets what was used longest ago', async () => {
    const { outer } = wrapped('response_cache', { max_size: 2 }, (call) => call);

    const answers = [];
    for (const question of ['a', 'b', 'a', 'c', 'a', 'b']) answers.push(await outer.ask(question));

    expect(answers).toEqual([1, 2, 1, 3, 1, 4]);
  });

  it('forgets what is older than its time to live', async () => {
    const { outer } = wrapped('response_cache', { ttl: 5 }, (call) => call);
    await outer.ask('q');
    vi.advanceTimersByTime(5_000);

    const answer = await outer.ask('q');

    expect(answer).toBe(2);
  });

  it('does not answer for a call that holds a function', async () => {
    const { outer } = wrapped('response_cache', {}, (call) => call);

    const answers = [await outer.ask(() => 1), await outer.ask(() => 1)];

    expect(answers).toEqual([1, 2]);
  });
});
