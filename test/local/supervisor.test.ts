import { describe, expect, it } from 'vitest';
import { mayRestart } from '../../local/supervisor.ts';

describe('restarting', () => {
  it('goes on while a process dies now and then', () => {
    const restarts = [0, 60_000, 120_000, 180_000, 240_000, 300_000];

    expect(mayRestart(restarts, 360_000)).toBe(true);
  });

  it('ends when a process dies five times within ten seconds', () => {
    const restarts = [1_000, 2_000, 3_000, 4_000, 5_000];

    expect(mayRestart(restarts.slice(0, 4), 5_000)).toBe(true);
    expect(mayRestart(restarts, 6_000)).toBe(false);
    expect(mayRestart(restarts, 11_001)).toBe(true);
  });
});
