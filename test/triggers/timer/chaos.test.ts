import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { occurrencesAfter } from '../../../src/triggers/timer/timer-schedule.ts';
import { memoryStores, runsOf, startWorker, type TimerStores, timerTrigger } from './timer-world.ts';

const AWAY = new DependencyUnavailableError('the store is away');
/** Where the clocks are changed half an hour later: put forward, put back, in both hemispheres; and where a leap day begins. */
const STARTS = [
  ['Europe/Berlin', Date.UTC(2027, 2, 28, 0, 30)],
  ['Europe/Berlin', Date.UTC(2026, 9, 25, 0, 30)],
  ['Australia/Sydney', Date.UTC(2026, 9, 3, 15, 30)],
  ['Australia/Sydney', Date.UTC(2027, 3, 3, 15, 30)],
  ['UTC', Date.UTC(2028, 1, 28, 23, 30)],
] as const;
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
    const texts = fc.constantFrom('0 */10 * * * *', '0 30 * * * *', '0 5 2,3 * * *', '0 */20 0-2 29 2 *', '00:25:00');
    const manySteps = fc.array(step, { minLength: 5, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom(...STARTS), skews, manySteps, async (text, [zone, start], offsets, steps) => {
        const stores = memoryStores();
        const trigger = timerTrigger(`schedule: "${text}", time_zone: ${zone}, catch_up: ${catchUp}`);
        const workers = offsets.map((offset) => startWorker(stores, iso(start + offset)));
        const all = [...workers];
        await workers[0]?.sweepAt(iso(start + 1_000), trigger);
        let now = start + 2_000;

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
        const left = occurrencesAfter(trigger.source, { after: start + 1_000, until: now, count: 1_000 }).filter(
          (time) => !runs.includes(time) && !told.some(([first, last]) => first <= time && time <= last),
        );
        expect(left.map(iso)).toEqual([]);
        expect(new Set(runs).size).toBe(runs.length);
        if (catchUp === 'all') expect(told).toEqual([]);
      }),
      { numRuns: 60 },
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
