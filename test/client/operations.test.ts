import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../src/api/openapi/document.ts';
import { HexdagClient } from '../../src/client/index.ts';
import { operationsOf } from '../api/openapi/read-document.ts';

/** What each method asks for, told from its request. */
async function requestsOf(call: (client: HexdagClient) => Promise<unknown>): Promise<string> {
  let asked = '';
  const client = new HexdagClient({
    url: 'http://app.invalid',
    maxAttempts: 1,
    fetch: async (input, init) => {
      asked = `${init?.method} ${new URL(String(input)).pathname}`;
      return Response.json({ finishedAt: 'now', runs: [] });
    },
  });
  await call(client);
  return asked;
}

const CALLS: readonly ((client: HexdagClient) => Promise<unknown>)[] = [
  (client) => client.startRun('{name}', {}),
  (client) => client.getRun('ID'),
  (client) => client.waitForRun('ID'),
  (client) => client.listPage(),
  (client) => client.listRuns().next(),
  (client) => client.sendEvent('ID', '{key}'),
  (client) => client.cancel('ID'),
  (client) => client.suspend('ID'),
  (client) => client.resume('ID'),
  (client) => client.retry('ID'),
  (client) => client.listArtifacts('ID'),
  (client) => client.getArtifact('ID', '{name}'),
  (client) => client.linkArtifact('ID', '{name}'),
  (client) => client.listTriggers(),
  (client) => client.runTrigger('{name}'),
  (client) => client.listCallbacks(),
  (client) => client.redriveCallbacks(),
  (client) => client.health(),
  (client) => client.ready(),
];

describe('the methods of the client', () => {
  it('ask for every operation of the API, and for nothing that it does not have', async () => {
    const asked = await Promise.all(CALLS.map(requestsOf));

    // The document itself is for tools.
    const documented = operationsOf(openApiDocument([])).filter(({ id }) => id !== 'openApi');
    const paths = documented.map(({ method, path }) => `${method.toUpperCase()} /api${path.replace('{id}', 'ID')}`);
    expect(new Set(asked.map(decodeURI))).toEqual(new Set(paths));
  });
});
