import { describe, expect, it } from 'vitest';
import { DependencyUnavailableError } from '../../src/ports/errors.ts';
import { HistoryRetention } from '../../src/triggers/history-retention.ts';
import { ManualClock } from '../helpers/manual-clock.ts';

const DAY_MS = 24 * 3_600_000;

function setUp(days = 30) {
  const clock = new ManualClock(Date.UTC(2026, 5, 1));
  const forgotten: string[] = [];
  const warnings: string[] = [];
  const log = (level: string, message: string) => void warnings.push(`${level}: ${message}`);
  const history = { forget: async (begunBefore: string) => void forgotten.push(begunBefore) };
  return { clock, forgotten, warnings, history, retention: new HistoryRetention({ days, clock, log }) };
}

describe('the history of runs', () => {
  it('is forgotten once it is older than the retention, at the start and then once a day', async () => {
    const { clock, forgotten, history, retention } = setUp();

    for (let hours = 0; hours < 48; hours++) {
      await retention.keepTo(history);
      clock.advance(DAY_MS / 24);
    }

    expect(forgotten).toEqual(['2026-05-02T00:00:00.000Z', '2026-05-03T00:00:00.000Z']);
  });

  it('is left for a day when the engine is away, and nothing else suffers', async () => {
    const { clock, forgotten, warnings, history, retention } = setUp();
    const away = { forget: () => Promise.reject(new DependencyUnavailableError('The engine is away.')) };

    await retention.keepTo(away);
    await retention.keepTo(history);
    clock.advance(DAY_MS);
    await retention.keepTo(history);

    expect(warnings).toEqual([expect.stringMatching(/^warn: the history of old runs could not be removed/)]);
    expect(forgotten).toEqual(['2026-05-03T00:00:00.000Z']);
  });
});
