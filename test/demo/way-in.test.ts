import { describe, expect, it } from 'vitest';
import { Results } from '../../demo/results.ts';
import type { RunEnded } from '../../demo/run-events.ts';
import { faultsOfSeconds } from '../../demo/ways/timer.ts';
import { faultsOf } from '../../demo/ways/way-in.ts';

function ended(key: string, status: RunEnded['status'] = 'completed'): RunEnded {
  return { runId: `run of ${key}`, pipeline: 'p', key, status, arrivedAt: 0 };
}

const EXPECTED = { completed: ['a', 'b'], refused: ['schema_violation'] };

describe('what is held against a way in', () => {
  it('is nothing when each run completed once and each refusal was one that must be', () => {
    expect(faultsOf('way', EXPECTED, [ended('b'), ended('a')], ['schema_violation'])).toEqual([]);
  });

  it.each([
    ['a run that is missing', [ended('a')], ['schema_violation'], ['not b completed']],
    ['a run that ended twice', [ended('a'), ended('b'), ended('b')], ['schema_violation'], ['b completed']],
    ['a run that failed', [ended('a'), ended('b', 'failed')], ['schema_violation'], ['not b completed', 'b failed']],
    ['a run that nobody asked for', [ended('a'), ended('b'), ended('c')], ['schema_violation'], ['c completed']],
    ['something that was not refused', [ended('a'), ended('b')], [], ['not schema_violation']],
    ['another refusal', [ended('a'), ended('b')], ['body_empty', 'schema_violation'], ['body_empty']],
  ])('is %s', (_, runs, refused, seen) => {
    expect(faultsOf('way', EXPECTED, runs, refused).map((fault) => fault.seen)).toEqual(seen);
  });

  it.each([
    ['nothing if each second has its run', [2, 0, 1], 0],
    ['a second without a run', [0, 2], 1],
    ['a second with two', [0, 1, 1], 1],
  ])('is, of the timer, %s', (_, seconds, count) => {
    const runs = seconds.map((second) => ended(`nightly/2026-01-01T00:00:0${second}.000Z`));

    const faults = faultsOfSeconds('timer', runs);

    expect(faults).toHaveLength(count);
  });
});

describe('the results', () => {
  it('tell which run was told on one way alone, and take no more once they are closed', async () => {
    const results = new Results();
    const both = results.until(() => results.of('topic').length === 1 && results.toldOnce().length === 0);

    results.take('topic', ended('a'));
    const early = results.toldOnce();
    results.take('callback', ended('a'));
    await both;
    results.close();
    results.take('callback', ended('b'));

    expect(early).toEqual(['run of a']);
    expect(results.toldOnce()).toEqual([]);
  });
});
