import { describe, expect, it } from 'vitest';
import { type Dependency, Readiness } from '../../src/api/readiness.ts';
import { readiness as readinessSchema } from '../../src/api/schemas/readiness.ts';
import { DependencyUnavailableError } from '../../src/ports/errors.ts';
import { createWorld } from '../triggers/fixtures.ts';

const SECRET = 'AccountKey=c2VjcmV0';

function dependency(name: string, required: boolean, isAway = false) {
  const asked = { times: 0, isAway };
  const check: Dependency['check'] = async () => {
    asked.times += 1;
    if (asked.isAway) throw new DependencyUnavailableError(`Away: ${SECRET}`);
  };
  return { asked, dependency: { name, required, check } };
}

describe('readiness', () => {
  it.each([
    [[], 200, 'ready'],
    [['bus'], 200, 'degraded'],
    [['store'], 503, 'unready'],
    [['store', 'bus'], 503, 'unready'],
  ])('with %j away is answered %i %s', async (away, status, word) => {
    const world = createWorld();
    const parts = [dependency('store', true, away.includes('store')), dependency('bus', false, away.includes('bus'))];
    const readiness = new Readiness(
      parts.map((part) => part.dependency),
      world.clock,
      world.log,
    );

    const answer = await readiness.look(world.orchestrations);

    expect(answer).toMatchObject({ status, body: { status: word, checkedAt: '2026-01-01T00:00:00.000Z' } });
    expect(answer.headers['retry-after']).toBe(status === 503 ? '5' : undefined);
    expect(readinessSchema.safeParse(answer.body).error).toBeUndefined();
  });

  it('tells of a dependency its code, and nothing of what it said', async () => {
    const world = createWorld();
    const readiness = new Readiness([dependency('bus', false, true).dependency], world.clock, world.log);

    const { body } = await readiness.look(world.orchestrations);

    expect(body).toMatchObject({ dependencies: [{ name: 'bus', status: 'failed', code: 'dependency_unavailable' }] });
    expect(JSON.stringify(body)).not.toContain(SECRET);
  });

  it('asks once for many who ask within a few seconds, and again later', async () => {
    const world = createWorld();
    const { asked, dependency: store } = dependency('store', true);
    const readiness = new Readiness([store], world.clock, world.log);

    await Promise.all(Array.from({ length: 10 }, () => readiness.look(world.orchestrations)));
    world.clock.advance(4_999);
    await readiness.look(world.orchestrations);
    const before = asked.times;
    asked.isAway = true;
    world.clock.advance(1);
    const later = await readiness.look(world.orchestrations);

    expect([before, asked.times, later.status]).toEqual([1, 2, 503]);
  });

  it('does not wait for a dependency that does not answer', async () => {
    const world = createWorld();
    const silent = { name: 'store', required: true, check: () => new Promise(() => {}) };

    const answer = await new Readiness([silent], world.clock, world.log).look(world.orchestrations);

    expect(answer).toMatchObject({ status: 503, body: { dependencies: [{ code: 'check_timeout' }] } });
  });
});
