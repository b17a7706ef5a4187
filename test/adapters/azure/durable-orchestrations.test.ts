import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DurableOrchestrations } from '../../../src/adapters/azure/durable-orchestrations.ts';
import { DependencyRefusedError, DependencyUnavailableError } from '../../../src/ports/errors.ts';
import type { RunStart } from '../../../src/ports/orchestrations.ts';

interface Received {
  readonly method: string | undefined;
  readonly path: string;
  readonly query?: string;
  readonly body: string;
}

const run: RunStart = {
  runId: 'run-1',
  pipeline: 'orders',
  planHash: 'p1',
  eventKey: 'order-42',
  input: { value: { id: 42 } },
  recovering: false,
};

/** The engine's webhooks, as the durable client calls them through `rpcBaseUrl`. */
let server: Server;
let received: Received[] = [];
let answer: { readonly status: number; readonly body: unknown } = { status: 200, body: {} };

beforeAll(async () => {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { pathname, search } = new URL(request.url ?? '', 'http://engine');
    received.push({ method: request.method, path: pathname, ...(search === '' ? {} : { query: search }), body });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  received = [];
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function orchestrations(origin = originOf(server)): DurableOrchestrations {
  const input = df.input.durableClient();
  const context = new InvocationContext({ options: { extraInputs: [input] } });
  context.extraInputs.set(input, {
    taskHubName: 'orders',
    creationUrls: { createNewInstancePostUri: '', createAndWaitOnNewInstancePostUri: '' },
    managementUrls: {
      id: 'INSTANCEID',
      statusQueryGetUri: '',
      sendEventPostUri: '',
      terminatePostUri: '',
      rewindPostUri: '',
      purgeHistoryDeleteUri: '',
    },
    baseUrl: origin,
    requiredQueryStringParameters: '',
    rpcBaseUrl: `${origin}/durabletask/`,
  });
  return new DurableOrchestrations(df.getClient(context));
}

function originOf(listening: Server): string {
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port.');
  return `http://127.0.0.1:${address.port}`;
}

function status(runtimeStatus: string) {
  const time = '2026-01-01T00:00:00Z';
  return { name: 'run', instanceId: 'run-1', runtimeStatus, input: null, output: null, createdTime: time, lastUpdatedTime: time };
}

describe('DurableOrchestrations', () => {
  it('starts the one orchestrator under the run id', async () => {
    answer = { status: 202, body: { id: 'run-1' } };

    await orchestrations().start(run);

    const body = JSON.stringify({ generation: JSON.stringify(run) });
    expect(received).toEqual([{ method: 'POST', path: '/durabletask/orchestrators/run/run-1', body }]);
  });

  it('leaves a run alone that is active already', async () => {
    answer = { status: 409, body: 'An Orchestration instance with the status Running already exists.' };

    const start = orchestrations().start(run);

    await expect(start).resolves.toBeUndefined();
  });

  it.each([
    [500, DependencyUnavailableError],
    [503, DependencyUnavailableError],
    [400, DependencyRefusedError],
  ])('says what an answer %i to starting means', async (code, error) => {
    answer = { status: code, body: 'Status code: 409' };

    const start = orchestrations().start(run);

    await expect(start).rejects.toThrow(error);
  });

  it.each([
    [202, 'Pending', 'active'],
    [202, 'Running', 'active'],
    [202, 'Suspended', 'active'],
    [202, 'ContinuedAsNew', 'active'],
    [200, 'Completed', 'ended'],
    [200, 'Failed', 'ended'],
    [200, 'Terminated', 'ended'],
    [200, 'Canceled', 'ended'],
  ])('takes %i %s for %s', async (code, runtimeStatus, expected) => {
    answer = { status: code, body: status(runtimeStatus) };

    const state = await orchestrations().state('run-1');

    expect(state).toBe(expected);
  });

  it('knows nothing of a run that was never started', async () => {
    answer = { status: 404, body: { Message: 'gone' } };

    const state = await orchestrations().state('run-1');

    expect(state).toBe('unknown');
  });

  it('has the history of what began before a time and has ended forgotten, and of nothing else', async () => {
    answer = { status: 200, body: { instancesDeleted: 2 } };

    await orchestrations().forget('2026-01-01T00:00:00.000Z');

    const [request] = received;
    expect([request?.method, request?.path]).toEqual(['DELETE', '/durabletask/instances/']);
    expect(Object.fromEntries(new URLSearchParams(request?.query))).toEqual({
      createdTimeFrom: '1970-01-01T00:00:00.000Z',
      createdTimeTo: '2026-01-01T00:00:00.000Z',
      runtimeStatus: 'Completed,Failed,Terminated,Canceled',
    });
  });

  it.each([
    [404, undefined],
    [503, DependencyUnavailableError],
  ])('takes %i for what it means when there may be nothing to forget', async (code, error) => {
    answer = { status: code, body: {} };

    const outcome = await orchestrations()
      .forget('2026-01-01T00:00:00.000Z')
      .catch((failure: unknown) => failure);

    if (error === undefined) expect(outcome).toBeUndefined();
    else expect(outcome).toBeInstanceOf(error);
  });

  it('says that the engine does not answer', async () => {
    const unreachable = orchestrations('http://127.0.0.1:1');

    const outcomes = await Promise.allSettled([unreachable.start(run), unreachable.state('run-1')]);

    expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([
      expect.any(DependencyUnavailableError),
      expect.any(DependencyUnavailableError),
    ]);
  });

  it('does not take a failing engine for an unknown run', async () => {
    answer = { status: 500, body: 'HTTP 404' };

    const state = orchestrations().state('run-1');

    await expect(state).rejects.toThrow(DependencyUnavailableError);
  });
});
