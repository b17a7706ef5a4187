import { describe, expect, it } from 'vitest';
import { type Attempt, type BatcherOptions, WriteBatcher } from '../../../src/adapters/azure/write-batcher.ts';
import { DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

interface Request {
  readonly operations: readonly string[];
  answer(attempts?: readonly Attempt<string>[]): Promise<void>;
  fail(error: Error): Promise<void>;
}

/** A store that answers when the test says so. */
function batcherWithStore(change: Partial<BatcherOptions> = {}) {
  const clock = new ManualClock();
  const requests: Request[] = [];
  const batcher = new WriteBatcher<string, string>(
    (operations) =>
      new Promise((resolve, reject) => {
        requests.push({
          operations,
          async answer(attempts = operations.map(done)) {
            resolve(attempts);
            await settled();
          },
          async fail(error) {
            reject(error);
            await settled();
          },
        });
      }),
    {
      requestsInFlight: 2,
      operationsPerRequest: 3,
      maxThrottles: 2,
      delay: (ms, callback) => clock.schedule(clock.now() + ms, callback),
      ...change,
    },
  );
  return { batcher, clock, requests, sent: () => requests.map(({ operations }) => operations.join('')) };
}

const done = (operation: string): Attempt<string> => ({ kind: 'done', outcome: `${operation} done` });
const throttled = (retryAfterMs: number): Attempt<string> => ({ kind: 'throttled', retryAfterMs });

/** Lets every promise reaction that is due run. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('WriteBatcher', () => {
  it('sends a write at once and alone while requests are free', async () => {
    const { batcher, requests, sent } = batcherWithStore();

    const writes = [batcher.write('a'), batcher.write('b')];

    expect(sent()).toEqual(['a', 'b']);
    await requests[0]?.answer();
    await requests[1]?.answer();
    expect(await Promise.all(writes)).toEqual(['a done', 'b done']);
  });

  it('gathers writes while all requests are in flight and sends them together', async () => {
    const { batcher, requests, sent } = batcherWithStore();

    const writes = [...'abcde'].map((operation) => batcher.write(operation));
    await requests[0]?.answer();

    expect(sent()).toEqual(['a', 'b', 'cde']);
    await requests[1]?.answer();
    await requests[2]?.answer();
    expect(await Promise.all(writes)).toEqual([...'abcde'].map((operation) => `${operation} done`));
  });

  it('puts no more into a request than it may hold', async () => {
    const { batcher, requests, sent } = batcherWithStore();

    const writes = [...'abcdefg'].map((operation) => batcher.write(operation));
    await requests[0]?.answer();
    await requests[1]?.answer();

    expect(sent()).toEqual(['a', 'b', 'cde', 'fg']);
    await requests[2]?.answer();
    await requests[3]?.answer();
    await expect(Promise.all(writes)).resolves.toHaveLength(7);
  });

  it('tells each writer its own outcome', async () => {
    const { batcher, requests } = batcherWithStore({ requestsInFlight: 1 });
    const first = batcher.write('a');
    const writes = Promise.allSettled([batcher.write('b'), batcher.write('c')]);

    await requests[0]?.answer();
    await requests[1]?.answer([{ kind: 'failed', error: new Error('too large') }, done('c')]);

    expect(await first).toBe('a done');
    expect(await writes).toEqual([
      { status: 'rejected', reason: new Error('too large') },
      { status: 'fulfilled', value: 'c done' },
    ]);
  });

  it('tells all writers of a request that failed, and goes on with the rest', async () => {
    const { batcher, requests } = batcherWithStore({ requestsInFlight: 1 });
    const writes = Promise.allSettled([batcher.write('a'), batcher.write('b')]);

    await requests[0]?.fail(new Error('connection lost'));
    await requests[1]?.answer();

    expect(await writes).toEqual([
      { status: 'rejected', reason: new Error('connection lost') },
      { status: 'fulfilled', value: 'b done' },
    ]);
  });

  it('repeats what the store put off, first and after the longest wait it named', async () => {
    const { batcher, clock, requests, sent } = batcherWithStore({ requestsInFlight: 1 });
    const writes = [...'abcd'].map((operation) => batcher.write(operation));
    await requests[0]?.answer();

    await requests[1]?.answer([throttled(10), done('c'), throttled(40)]);
    const late = batcher.write('e');
    clock.advance(39);
    const beforeTheWaitIsOver = sent();
    clock.advance(1);

    expect(beforeTheWaitIsOver).toEqual(['a', 'bcd']);
    expect(sent()).toEqual(['a', 'bcd', 'bde']);
    await requests[2]?.answer();
    expect(await Promise.all([...writes, late])).toHaveLength(5);
  });

  it('tells the writer when the store keeps putting a write off, and when to come back', async () => {
    const { batcher, clock, requests } = batcherWithStore();
    const write = batcher.write('a').catch((error: unknown) => error);

    for (const retryAfterMs of [5, 6, 7]) {
      await requests.at(-1)?.answer([throttled(retryAfterMs)]);
      clock.advance(retryAfterMs);
    }

    const error = await write;
    expect(error).toBeInstanceOf(DependencyUnavailableError);
    expect(error).toMatchObject({ retryable: true, retryAfterMs: 7 });
    expect(requests).toHaveLength(3);
  });

  it('leaves no writer waiting when the store answers for too few', async () => {
    const { batcher, requests } = batcherWithStore();
    const write = batcher.write('a');
    const outcome = expect(write).rejects.toThrow('0 of 1');

    await requests[0]?.answer([]);

    await outcome;
  });
});
