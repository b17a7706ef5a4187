import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { MemoryRequestLimit } from '../../src/adapters/http/memory-request-limit.ts';
import { MemoryEntityStore } from '../../src/adapters/mock/memory-entity-store.ts';
import type { Access } from '../../src/api/access.ts';
import type { ApiResponse } from '../../src/api/api-message.ts';
import { Readiness } from '../../src/api/readiness.ts';
import { ROLES } from '../../src/api/roles.ts';
import { ROUTES } from '../../src/api/routes.ts';
import { isWorking, type ServeDependencies, serve, type WorkingRoute } from '../../src/api/serve.ts';
import { KeysUnavailableError } from '../../src/ports/errors.ts';
import type { TokenVerifier } from '../../src/ports/token-verifier.ts';
import { ScheduleStates } from '../../src/triggers/timer/schedule-state.ts';
import { StartedHere } from '../../src/triggers/timer/started-here.ts';
import { createWorld, orderPipeline, type World } from '../triggers/fixtures.ts';
import { createRequest } from './fixtures.ts';

/** Tokens that are the roles of their bearers. */
const verifier: TokenVerifier = {
  verify: async (authorization) => {
    if (authorization === null) return { kind: 'refused', code: 'token_missing', message: 'No token.' };
    if (authorization === 'Bearer old') return { kind: 'refused', code: 'token_expired', message: 'Too old.' };
    if (authorization === 'Bearer later') throw new KeysUnavailableError('Away.', { retryAfterMs: 1_000 });
    return { kind: 'accepted', caller: { subject: 'ada', application: 'shop', roles: authorization.slice(7).split(' ') } };
  },
};
const TOKENS: Access = { kind: 'tokens', verifier };
const LOCAL = { host: '127.0.0.1:7071' };

let world: World;

beforeEach(() => {
  world = createWorld();
});

function dependencies(access: Access, perMinute = 1_000): ServeDependencies {
  return {
    ...world,
    access,
    limit: new MemoryRequestLimit(perMinute, 60),
    readiness: new Readiness([], world.clock, world.log),
    pipelines: new Map([[orderPipeline.name, orderPipeline]]),
    newKey: () => 'key',
    triggers: [],
    schedules: new ScheduleStates(new MemoryEntityStore()),
    startedHere: new StartedHere(),
    isDisabled: () => false,
    processStartedAt: 0,
  };
}

function routeOf(operation: string): WorkingRoute {
  const route = ROUTES.filter(isWorking).find((one) => one.operation === operation);
  if (route === undefined) throw new Error(`There is no operation ${operation}.`);
  return route;
}

function ask(
  operation: string,
  access: Access,
  headers: Readonly<Record<string, string>> = {},
  query = '',
): Promise<ApiResponse> {
  return serve(routeOf(operation), createRequest({ params: { id: 'run-1' }, headers, query }), dependencies(access));
}

describe('a request with a token', () => {
  it.each(ROUTES.filter(isWorking).map(({ operation, role }) => [operation, role] as const))(
    'for %s needs the role %s, or one that stands for it',
    async (operation, role) => {
      const needed = ROLES.filter((held) => held === role || (held === 'Operator' && role === 'Runs.Read') || role === 'anyone');

      const refused = await Promise.all(
        ROLES.map(async (held) =>
          (await ask(operation, TOKENS, { authorization: `Bearer ${held}` })).status === 403 ? [held] : [],
        ),
      );

      expect(refused.flat()).toEqual(ROLES.filter((held) => !needed.includes(held)));
    },
  );

  it('without the role is told which one, and nothing of what there is', async () => {
    const answer = await ask('cancelRun', TOKENS, { authorization: 'Bearer Runs.Read Admin' });

    expect(answer).toMatchObject({ status: 403, body: { code: 'role_missing', detail: expect.stringContaining("'Operator'") } });
    expect(answer.headers['www-authenticate']).toContain('insufficient_scope');
  });

  it.each([
    [{}, 'token_missing', 'Bearer'],
    [{ authorization: 'Bearer old' }, 'token_expired', 'Bearer error="invalid_token", error_description="token_expired"'],
  ])('that is not accepted (%j) is told %s', async (headers, code, challenge) => {
    const answer = await ask('getRun', TOKENS, headers);

    expect(answer).toMatchObject({ status: 401, body: { code }, headers: { 'www-authenticate': challenge } });
  });

  it('waits for the keys it is judged by', async () => {
    const answer = await ask('getRun', TOKENS, { authorization: 'Bearer later' });

    expect(answer).toMatchObject({ status: 503, body: { code: 'keys_unavailable' }, headers: { 'retry-after': '1' } });
  });

  it('that changes something is logged with who sent it, and without the token', async () => {
    const headers = { authorization: 'Bearer Runs.Write', 'content-type': 'application/json' };
    const request = createRequest({ params: { name: 'order' }, headers, body: '{}' });

    const answer = await serve(routeOf('startRun'), request, dependencies(TOKENS));

    expect(answer.status).toBe(202);
    expect(world.lines.map(({ properties }) => properties)).toContainEqual(
      expect.objectContaining({ operation: 'startRun', subject: 'ada', application: 'shop' }),
    );
    expect(JSON.stringify(world.lines)).not.toContain('Bearer');
  });
});

describe('a request where keys are the way in', () => {
  it('has been let in by the host', async () => {
    const answer = await ask('cancelRun', { kind: 'keys' });

    expect(answer).toMatchObject({ status: 404, body: { code: 'run_not_found' } });
  });

  it('may bring its key in the query', async () => {
    const answers = [
      await ask('listRuns', { kind: 'keys' }, {}, 'code=secret&clientId=default'),
      await ask('listRuns', TOKENS, { authorization: 'Bearer Runs.Read' }, 'code=secret'),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 400]);
  });
});

describe('a request where nothing is asked for', () => {
  it.each(['127.0.0.1:7071', 'localhost', 'LOCALHOST:80', '127.0.0.9', '[::1]:7071'])('is served at %s', async (host) => {
    const answer = await ask('listRuns', { kind: 'open' }, { host });

    expect(answer.status).toBe(200);
  });

  it.each([
    [{ host: 'evil.example' }],
    [{ host: '127.0.0.1.evil.example' }],
    [{ host: '10.0.0.4:7071' }],
    [{}],
    [{ ...LOCAL, 'x-forwarded-for': '203.0.113.9' }],
    [{ ...LOCAL, forwarded: 'for=203.0.113.9' }],
  ])('is refused when it is from elsewhere (%j)', async (headers) => {
    const answer = await ask('listRuns', { kind: 'open' }, headers);

    expect(answer).toMatchObject({ status: 403, body: { code: 'access_local_only' } });
  });
});

describe('a query that a route does not take', () => {
  it.each(['getRun', 'cancelRun', 'startRun'])('is refused by %s', async (operation) => {
    const answer = await ask(operation, { kind: 'open' }, LOCAL, 'expand=all');

    expect(answer).toMatchObject({ status: 400, body: { code: 'query_unknown' } });
  });
});

describe('the requests of a caller', () => {
  it('are counted, and those above the limit are told when to come back', async () => {
    const all = dependencies(TOKENS, 2);
    const list = (roles: string) =>
      serve(routeOf('listRuns'), createRequest({ headers: { authorization: `Bearer ${roles}` } }), all);

    const answers = [await list('Runs.Read'), await list('Runs.Read'), await list('Runs.Read')];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[2]).toMatchObject({
      body: { code: 'rate_limited' },
      headers: { 'retry-after': expect.stringMatching(/^\d+$/) },
    });
  });

  it('are counted by their keys, each for itself', async () => {
    const all = dependencies({ kind: 'keys' }, 1);
    const list = (headers: Readonly<Record<string, string>>, query = '') =>
      serve(routeOf('listRuns'), createRequest({ headers, query }), all);

    const answers = [
      await list({ 'x-functions-key': 'a' }),
      await list({ 'x-functions-key': 'b' }),
      await list({}, 'code=a'),
      await list({}),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429, 200]);
  });
});

describe('the time for an answer', () => {
  it('covers who asks and what is asked together', async () => {
    vi.useFakeTimers();
    onTestFinished(() => {
      vi.useRealTimers();
    });
    const afterSixSeconds = () => new Promise<void>((resolve) => setTimeout(resolve, 6_000));
    const all = dependencies({
      kind: 'tokens',
      verifier: {
        verify: async () => {
          await afterSixSeconds();
          return { kind: 'accepted', caller: { subject: 'ada', roles: ['Runs.Read'] } };
        },
      },
    });
    all.runs.list = async () => {
      await afterSixSeconds();
      return { runs: [] };
    };

    const answered = serve(routeOf('listRuns'), createRequest(), all);
    await vi.advanceTimersByTimeAsync(10_000);

    expect(await Promise.race([answered, 'nothing yet'])).toMatchObject({ status: 503, body: { code: 'answer_timeout' } });
  });
});

describe('an app that is not ready', () => {
  it('answers so, and refuses nobody by it', async () => {
    const dependency = { name: 'store', required: true, check: () => Promise.reject(new Error('away')) };
    const all = { ...dependencies({ kind: 'keys' }), readiness: new Readiness([dependency], world.clock, world.log) };

    const answer = await serve(routeOf('ready'), createRequest(), all);

    expect(answer.status).toBe(503);
    expect(world.lines.map(({ message }) => message)).toEqual(['a dependency does not answer']);
  });
});

describe('an id that no run can have', () => {
  const routes = ROUTES.filter(isWorking).filter(({ path }) => path.includes('{id}'));

  it.each(['../run', '', 'a/b', '@entity', 'x'.repeat(101), 'x'.repeat(5_000)])(
    'is refused before any store is asked: %j',
    async (id) => {
      const world = dependencies({ kind: 'open' });
      world.runs.read = () => Promise.reject(new Error('A store is asked.'));
      const request = createRequest({ params: { id, key: 'go', name: 'x' }, headers: LOCAL });

      const answers = await Promise.all(routes.map((route) => serve(route, request, world)));

      expect(routes.length).toBeGreaterThan(7);
      expect(answers).toMatchObject(routes.map(() => ({ status: 400, body: { code: 'run_id_invalid' } })));
    },
  );
});
