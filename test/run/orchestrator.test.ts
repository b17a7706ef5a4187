import { afterEach, describe, expect, it } from 'vitest';
import { DurableRuns } from './durable-runs.ts';
import { type Behaviour, node, plan } from './plans.ts';

const opened: DurableRuns[] = [];

afterEach(async () => {
  for (const world of opened.splice(0)) await world.close();
});

async function open(behaviours: Readonly<Record<string, Behaviour>> = {}): Promise<DurableRuns> {
  const world = new DurableRuns(behaviours);
  opened.push(world);
  await world.open();
  return world;
}

describe('every replay repeats what the history holds', () => {
  it('along a chain, which is one task', async () => {
    const world = await open();

    await world.start(plan(node('a'), node('b', ['a']), node('c', ['b'])));

    expect(await world.ended()).toEqual({ status: 'Completed', output: { status: 'completed' } });
    expect(world.tasks).toHaveLength(1);
  });

  it('through branches that meet again', async () => {
    const world = await open();
    const diamond = plan(node('a'), node('left', ['a']), node('right', ['a']), node('end', ['left', 'right']));

    await world.start({ ...diamond, output: { end: 'end' } });

    expect(await world.ended()).toMatchObject({ status: 'Completed' });
    expect(world.tasks.map(({ atWork }) => atWork)).toEqual([[], ['right'], ['left'], []]);
    expect(await world.runs.read('run-1')).toMatchObject({ output: { value: { end: 'end done' } } });
  });

  it('through retries, while other branches go on', async () => {
    const failures = [new Error('First.'), new Error('Second.')];
    const flaky: Behaviour = (_, { attempt }) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return attempt;
    };
    const world = await open({ flaky });
    const retry = { maxAttempts: 3, delayMs: 10_000, backoff: 1, maxDelayMs: 10_000 };
    const forked = plan(node('flaky', [], { retry }), node('b'), node('c', ['b']), node('end', ['flaky', 'c']));

    await world.start({ ...forked, output: { attempts: 'flaky' } });
    await world.afterTimers(1, 12_000);
    await world.afterTimers(2, 12_000);

    expect(await world.ended()).toMatchObject({ status: 'Completed' });
    expect(await world.runs.read('run-1')).toMatchObject({ output: { value: { attempts: 3 } } });
  });

  it('through tasks that broke down, with a look at what was done before each is given again', async () => {
    const world = await open();
    world.breakdowns.push(new Error('Away.'), new Error('Still away.'));

    await world.start(plan(node('a')));
    await world.afterTimers(1, 1_000);
    await world.afterTimers(2, 2_000);

    expect(await world.ended()).toMatchObject({ status: 'Completed' });
    expect(world.tasks.map(({ lookUp }) => lookUp)).toEqual([false, true, true]);
  });

  it('with input and results that are references', async () => {
    const world = await open({ a: () => 'a'.repeat(40_000), b: (input) => String(input).length, c: () => 1 });
    const large = { text: 'x'.repeat(40_000) };
    const blob = await world.artifacts.put('run-1/input/1.json', Buffer.from(JSON.stringify(large)), 'application/json');
    const pure = node('p', ['a'], { kind: 'echo' });

    await world.start({ ...plan(node('a'), pure, node('b', ['p']), node('c', ['a'])), output: { length: 'b' } }, { blob });

    expect(await world.ended()).toMatchObject({ status: 'Completed' });
    expect(await world.runs.read('run-1')).toMatchObject({ output: { value: { length: 40_000 } } });
  });

  it('past the end of a generation, which hands on what is known', async () => {
    const world = await open();
    const pairs = Array.from({ length: 80 }, (_, index) => {
      const before = index === 0 ? [] : [`l${index - 1}`, `r${index - 1}`];
      return [node(`l${index}`, before), node(`r${index}`, before)];
    });

    await world.start(plan(...pairs.flat()));

    expect(await world.ended()).toMatchObject({ status: 'Completed' });
    expect(world.tasks.filter(({ wantPlan }) => wantPlan)).toHaveLength(2);
    expect(await world.runs.readNodes('run-1')).toHaveLength(160);
  });

  it('when a run fails with another branch in flight, which goes on to the end of its chain', async () => {
    const { promise: failed, resolve } = Promise.withResolvers<void>();
    const slow: Behaviour = async () => {
      await failed;
      return 'slow done';
    };
    const bad: Behaviour = () => {
      setImmediate(resolve);
      throw new Error('Boom.');
    };
    const world = await open({ bad, slow });

    await world.start(plan(node('bad'), node('slow'), node('after', ['slow']), node('x', ['after']), node('y', ['after'])));

    expect(await world.ended()).toMatchObject({ output: { status: 'failed' } });
    expect((await world.runs.readNodes('run-1')).map(({ node }) => node).sort()).toEqual(['after', 'bad', 'slow']);
    expect(publishedTypes(world)).toEqual(['hexdag.run.failed']);
  });

  it('when a recovering run finds some of its nodes done', async () => {
    const done: string[] = [];
    const note: Behaviour = (_, context) => done.push(context.node);
    const world = await open({ a: note, left: note, right: note, end: note });
    const diamond = plan(node('a'), node('left', ['a']), node('right', ['a']), node('end', ['left', 'right']));
    const time = new Date(world.clock.now()).toISOString();
    const record = { runId: 'run-1', kind: 'work', status: 'completed', attempt: 1, startedAt: time, finishedAt: time } as const;

    await world.start(diamond, { value: {} }, [
      { ...record, node: 'a', result: { value: 1 } },
      { ...record, node: 'right', result: { value: 1 } },
    ]);

    expect(await world.ended()).toMatchObject({ status: 'Completed' });
    expect(done).toEqual(['left', 'end']);
  });
});

describe('a run ends', () => {
  it('as soon as it has failed, whatever waits to be tried again', async () => {
    const world = await open({ later: () => Promise.reject(new Error('Away.')), bad: () => Promise.reject(new Error('Boom.')) });
    const retry = { maxAttempts: 2, delayMs: 3_600_000, backoff: 1, maxDelayMs: 3_600_000 };
    const quick = { maxAttempts: 2, delayMs: 1_000, backoff: 1, maxDelayMs: 1_000 };

    await world.start(plan(node('later', [], { retry }), node('bad', [], { retry: quick })));
    await world.afterTimers(2, 2_000);
    await world.announced();

    expect(await world.runs.read('run-1')).toMatchObject({ status: 'failed', error: { node: 'bad' } });
  });

  it('as failed when its tasks have broken down for hours', async () => {
    const world = await open();
    world.breakdowns.push(...Array.from({ length: 50 }, () => new Error('Refused.')));

    await world.start(plan(node('a')));
    for (let count = 1; count <= 50; count++) await world.afterTimers(count, 300_000);

    expect(await world.ended()).toMatchObject({ status: 'Completed', output: { status: 'failed' } });
    expect(await world.runs.read('run-1')).toMatchObject({
      status: 'failed',
      error: { code: 'run_abandoned', message: expect.stringContaining('Refused.') },
    });
  });
});

it('gives steps the input as it came, whatever its members are called', async () => {
  const world = await open({ a: (input) => input });
  const strange = { Timestamp: 'soon', hasOwnProperty: 1, nested: { Timestamp: '2026-01-01' } };

  await world.start(
    { ...plan(node('a'), node('b'), node('p', ['a', 'b'], { kind: 'echo' })), output: { a: 'a' } },
    { value: strange },
  );
  await world.ended();

  expect(await world.runs.read('run-1')).toMatchObject({ output: { value: { a: strange } } });
});

function publishedTypes(world: DurableRuns): string[] {
  return world.publisher.published.map(({ type }) => type);
}
