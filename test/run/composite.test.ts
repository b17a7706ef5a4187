import { describe, expect, it } from 'vitest';
import { isJsonObject, type JsonValue } from '../../src/json.ts';
import { counted, failing, held } from './behaviours.ts';
import { onEachEngine } from './on-each-engine.ts';
import { type Behaviour, body, composite, node, plan, retry, wait } from './plans.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LARGE = 'x'.repeat(40_000);

function itemOf(input: JsonValue): JsonValue {
  return isJsonObject(input) ? (input['item'] ?? null) : null;
}

onEachEngine((world) => {
  describe('a loop', () => {
    it('runs as many items side by side as its concurrency says, each once', async () => {
      const { work, most } = counted();
      const seen: JsonValue[] = [];
      const item: Behaviour = async (input, ...rest) => {
        seen.push(itemOf(input));
        return work(input, ...rest);
      };
      const run = await world({ a: item });
      const items = Array.from({ length: 25 }, (_, index) => index);
      const spec = { mode: 'for-each', items, concurrency: 4 };
      const loop = composite('loop', spec, body(node('a'), node('b', ['a'])));

      await run.start({ ...plan(loop), output: { successful: 'loop.metadata.successful' } });

      expect(most()).toBe(4);
      expect(seen.sort((a, b) => Number(a) - Number(b))).toEqual(items);
      expect(await run.output()).toEqual({ successful: 25 });
    });

    it('that is long goes on with items side by side over several generations', async () => {
      const run = await world({ i: (input) => 2 * Number(itemOf(input)) });
      const items = Array.from({ length: 400 }, (_, index) => index);
      const spec = { mode: 'for-each', items, concurrency: 5, collect: 'last' };
      const output = { last: 'loop.result', successful: 'loop.metadata.successful' };

      await run.start({ ...plan(composite('loop', spec, body(node('i')))), output });

      expect(await run.output()).toEqual({ last: 798, successful: 400 });
    });

    it('of nightly turns goes on for a year', async () => {
      const run = await world({ work: (_, { node: path }) => path });
      const night = body(
        wait('night', 'wake', DAY, { onTimeout: 'work' }),
        node('work', ['night'], { handlesTimeout: ['night'] }),
      );
      const spec = {
        ...{ mode: 'while', condition: 'state.n < 365', initial_state: { n: 0 }, state_update: [['n', 'state.n + 1']] },
        ...{ max_iterations: 1_000, collect: 'last' },
      };
      await run.start({
        ...plan(composite('year', spec, night)),
        output: { last: 'year.result', turns: 'year.metadata.iterations' },
      });
      const before = run.engine.time.now();

      await run.untilTheEnd();

      expect(await run.output()).toEqual({ last: 'year[364].work', turns: 365 });
      expect(run.engine.time.now() - before).toBe(365 * DAY);
      expect(await run.paths()).toHaveLength(365);
    });

    it('that is long does each item once, in its order', async () => {
      const seen: string[] = [];
      const run = await world({ i: (_, { node: path }) => seen.push(path) });

      await run.start(plan(composite('loop', { mode: 'times', count: 500, collect: 'last' }, body(node('i')))));

      expect((await run.run()).status).toBe('completed');
      expect(seen).toEqual(Array.from({ length: 500 }, (_, index) => `loop[${index}].i`));
    });

    it('sees in its updates what a turn gave, however large', async () => {
      const run = await world({ work: () => ({ text: LARGE }) });
      const spec = {
        mode: 'while',
        condition: 'state.n < 3',
        initial_state: { n: 0 },
        state_update: [
          ['n', 'state.n + 1'],
          ['length', 'len($body.text)'],
        ],
      };

      await run.start({
        ...plan(composite('loop', spec, body(node('work')))),
        output: { state: 'loop.metadata.final_state', got: 'loop.result' },
      });

      const item = { text: LARGE };
      expect(await run.output()).toEqual({ state: { n: 3, length: 40_000, iteration: 3 }, got: [item, item, item] });
    });

    it('with items side by side hands all of them to its reducer', async () => {
      let calls = 0;
      const sum: Behaviour = (input) => {
        calls += 1;
        return Array.isArray(input) ? input.reduce<number>((total, item) => total + Number(item), 0) : null;
      };
      const run = await world({ sum, i: itemOf });
      const spec = { mode: 'for-each', items: [1, 2, 3, 4, 5, 6], concurrency: 3, collect: 'reduce', reducer: 'sum' };

      await run.start({ ...plan(composite('loop', spec, body(node('i')))), output: { got: 'loop.result' } });

      expect(await run.output()).toEqual({ got: 21 });
      expect([calls, (await run.paths()).length]).toEqual([1, 7]);
    });

    it('with waits side by side takes their events in any order', async () => {
      const run = await world();
      const spec = { mode: 'for-each', items: ['a', 'b', 'c', 'd'], concurrency: 3 };
      const item = body(wait('gate', 'go:{{item}}', DAY), node('after', ['gate']));
      await run.start({ ...plan(composite('loop', spec, item)), output: { got: 'loop.result' } });

      const answers = [];
      for (const name of ['c', 'd', 'a', 'b']) answers.push((await run.deliver(`go:${name}`, name)).kind);

      expect(answers).toEqual(['delivered', 'delivered', 'delivered', 'delivered']);
      expect(await run.output()).toEqual({ got: [0, 1, 2, 3].map((index) => `loop[${index}].after done`) });
    });

    it('within a loop, each with items side by side, runs each item once', async () => {
      const seen: string[] = [];
      const run = await world({ i: (_, { node: path }) => seen.push(path) });
      const inner = composite('inner', { mode: 'times', count: 3, concurrency: 2 }, body(node('i'), node('j', ['i'])));
      const outer = composite('outer', { mode: 'times', count: 4, concurrency: 3 }, body(inner, node('k', ['inner'])));

      await run.start(plan(outer));

      expect((await run.run()).status).toBe('completed');
      expect(new Set(seen).size).toBe(12);
      expect(seen).toHaveLength(12);
      expect(await run.paths()).toHaveLength(12 + 12 + 4);
    });
  });

  describe('a composite node with a timeout', () => {
    it('fails when its time is up, and what waits within it waits no more', async () => {
      const run = await world();
      const loop = composite('loop', { mode: 'times', count: 2 }, body(wait('gate', 'go')), {
        timeoutMs: HOUR,
        onError: 'after',
      });
      await run.start({ ...plan(loop, node('after', ['loop'], { handles: ['loop'] })), output: { after: 'after' } });

      await run.advance(2 * HOUR);

      expect(await run.output()).toEqual({ after: 'after done' });
    });

    it('stays failed, whatever the node that was at work then comes to', async () => {
      const slow = held();
      const run = await world({ slow: slow.work });
      const loop = composite('loop', { mode: 'times', count: 2 }, body(node('slow'), node('next', ['slow'])), {
        timeoutMs: HOUR,
        onError: 'handler',
      });
      const graph = plan(loop, node('handler', ['loop'], { handles: ['loop'], onlyOnError: true }), node('after', ['loop']));
      const started = run.start({ ...graph, output: { handler: 'handler' } });
      await slow.begun;

      const ended = run.advance(2 * HOUR);
      slow.end('late');
      await Promise.all([started, ended]);

      expect(await run.output()).toEqual({ handler: 'handler done' });
      expect(await run.paths()).not.toContain('loop[1].slow');
    });
  });

  describe('retries of a composite node', () => {
    it('begin from its start, under paths of their own', async () => {
      const run = await world({ flaky: failing(2) });
      const loop = composite('loop', { mode: 'for-each', items: [1, 2] }, body(node('flaky')), { retry: retry(3, HOUR) });
      await run.start({ ...plan(loop), output: { got: 'loop.result' } });

      await run.untilTheEnd();

      expect(await run.paths()).toEqual(['loop[0].flaky', 'loop[1].flaky', 'loop~2[0].flaky', 'loop~2[1].flaky']);
      expect(await run.output()).toEqual({ got: [1, 1] });
    });
  });
});
