import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { occurrencesAfter } from '../../../src/triggers/timer/timer-schedule.ts';
import { memoryStores, runsOf, startWorker, type TimerStores, timerTrigger } from './timer-world.ts';

const AWAY = new DependencyUnavailableError('the store is away');
const START = Date.UTC(2027, 2, 28, 0, 30);
const iso = (time: number) => new Date(time).toISOString();

/** What happens next: a worker ticks or sweeps, after a while, by a clock that is off, and meets stores that fail or do not. */
const step = fc.record({
  worker: fc.nat(3),
  kind: fc.constantFrom('tick', 'tick', 'sweep', 'restart'),
  waitMs: fc.oneof(fc.nat(90_000), fc.nat(40 * 60_000)),
  fails: fc.constantFrom('nothing', 'nothing', 'nothing', 'write', 'claim', 'start'),
});

const skews = fc.array(fc.integer({ min: -800, max: 800 }), { minLength: 4, maxLength: 4 });

it.each(['skip', 'latest', 'all'])(
  'with catch_up %s, whoever ticks, dies and comes back, each occurrence has one run or is told',
  async (catchUp) => {
    const texts = fc.constantFrom('0 */10 * * * *', '0 30 * * * *', '0 5 2,3 * * *', '00:25:00');
    await fc.assert(
      fc.asyncProperty(texts, skews, fc.array(step, { minLength: 5, maxLength: 25 }), async (text, offsets, steps) => {
        const stores = memoryStores();
        const trigger = timerTrigger(`schedule: "${text}", time_zone: Europe/Berlin, catch_up: ${catchUp}`);
        const workers = offsets.map((offset) => startWorker(stores, iso(START + offset)));
        const all = [...workers];
        await workers[0]?.sweepAt(iso(START + 1_000), trigger);
        let now = START + 2_000;

        for (const { worker: index, kind, waitMs, fails } of steps) {
          now += waitMs;
          const time = iso(now + (offsets[index] ?? 0));
          const worker = kind === 'restart' ? startWorker(stores, time) : workers[index];
          if (worker === undefined) throw new Error('There are four workers.');
          workers[index] = worker;
          if (!all.includes(worker)) all.push(worker);
          const failure = failing(fails, stores, worker);
          await (kind === 'sweep' ? worker.sweepAt(time, trigger) : worker.tickAt(time, trigger)).catch(ignoreAway);
          failure?.mockRestore();
          worker.orchestrations.failures.length = 0;
        }
        now += 60_000;
        await workers[1]?.sweepAt(iso(now), trigger);
        await workers[1]?.tickAt(iso(now + 1), trigger);

        const runs = (await runsOf(trigger, stores.runs)).map(({ eventKey }) =>
          Date.parse(eventKey.replace(`${trigger.name}/`, '')),
        );
        const told = all.flatMap((worker) => worker.told('warn').flatMap(({ properties }) => range(properties)));
        const left = occurrencesAfter(trigger.source, { after: START + 1_000, until: now, count: 1_000 }).filter(
          (time) => !runs.includes(time) && !told.some(([first, last]) => first <= time && time <= last),
        );
        expect(left.map(iso)).toEqual([]);
        expect(new Set(runs).size).toBe(runs.length);
        if (catchUp === 'all') expect(told).toEqual([]);
      }),
      { numRuns: 30 },
    );
  },
);

function failing(what: string, stores: TimerStores, worker: ReturnType<typeof startWorker>) {
  if (what === 'start') worker.orchestrations.failures.push(new Error('the process ends here'));
  if (what === 'write') return vi.spyOn(stores.entities, 'write').mockRejectedValueOnce(AWAY);
  if (what === 'claim') return vi.spyOn(stores.runs, 'claim').mockRejectedValueOnce(AWAY);
  return undefined;
}

function ignoreAway(error: unknown): void {
  if (!(error instanceof Error) || !/away|ends here/.test(error.message)) throw error;
}

function range(properties: Readonly<Record<string, unknown>> | undefined): readonly [number, number][] {
  const { first, last } = properties ?? {};
  return typeof first === 'string' && typeof last === 'string' ? [[Date.parse(first), Date.parse(last)]] : [];
}
