import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DurableApp } from './driver.ts';

const app = new DurableApp();
app.extension.editClientData = ({ rpcBaseUrl: _, ...rest }) => rest;
beforeAll(() => app.start());
afterAll(() => app.close());

/** Starts an orchestration that waits for an event `go`. */
async function startWaiting(): Promise<string> {
  const id = String(await app.client('startNew', 'customStatus'));
  await app.until(id, ({ customStatus }) => customStatus !== null);
  return id;
}

describe('a client without rpcBaseUrl follows the links of its binding', () => {
  test('to start an instance and to read its status', async () => {
    const id = await app.client('startNew', 'input', { instanceId: 'chosen', input: { a: 1 }, version: '2' });
    await app.ended('chosen');

    const status = await app.client('getStatus', 'chosen', { showInput: true });

    expect(id).toBe('chosen');
    expect(status).toMatchObject({ runtimeStatus: 'Completed', input: { a: 1 }, output: ['object', { a: 1 }] });
    await expect(app.client('getStatus', 'nobody')).rejects.toThrow('HTTP 404');
  });

  test('to list instances', async () => {
    const { instanceId } = await app.run('chain');

    const all = await app.client('getStatusAll');
    const completed = await app.client('getStatusBy', { runtimeStatus: ['Completed'] });

    for (const list of [all, completed]) expect(list).toContainEqual(expect.objectContaining({ instanceId }));
  });

  test('to suspend, resume and raise an event', async () => {
    const id = await startWaiting();
    await app.client('suspend', id, 'wait');
    const suspended = await app.until(id, ({ runtimeStatus }) => runtimeStatus === 'Suspended');
    await app.client('resume', id, 'go on');
    await app.client('raiseEvent', id, 'go', { a: 1 });
    const status = await app.ended(id);

    expect(suspended.runtimeStatus).toBe('Suspended');
    expect(status.output).toBe('done');
  });

  test('to terminate', async () => {
    const id = await startWaiting();
    await app.client('terminate', id, 'enough');
    const status = await app.ended(id);

    expect(status).toMatchObject({ runtimeStatus: 'Terminated', output: 'enough' });
  });

  test('to rewind', async () => {
    const { instanceId } = await app.run('rewindableChild', 'over webhooks');

    await app.client('rewind', instanceId, 'fixed');
    const status = await app.ended(instanceId);

    expect(status.output).toBe('over webhooks at 2');
    await expect(app.client('rewind', instanceId, 'why')).rejects.toThrow('"Failed" state');
  });

  test('to purge one instance, and many', async () => {
    const { instanceId } = await app.run('chain');
    app.clock.advance(60_000);
    const from = new Date(app.clock.now());
    await app.run('chain');

    const one = await app.client('purgeInstanceHistory', instanceId);
    const many = await app.client('purgeInstanceHistoryBy', { createdTimeFrom: from.toISOString() });

    expect([one, many]).toEqual([{ instancesDeleted: 1 }, { instancesDeleted: 1 }]);
  });

  test('to wait for an instance', async () => {
    const response = await fetch(`${app.origin}/start/chain?wait`, { method: 'POST', body: '1' });

    expect([response.status, await response.json()]).toEqual([200, ['a', 'b', 'c']]);
  });
});

describe('without WEBSITE_HOSTNAME', () => {
  const hostname = process.env['WEBSITE_HOSTNAME'];
  afterEach(() => {
    process.env['WEBSITE_HOSTNAME'] = hostname;
  });

  test.each([undefined, '0.0.0.0:80'])('(%s) the SDK takes the host to be at port 7071', async (value) => {
    if (value === undefined) delete process.env['WEBSITE_HOSTNAME'];
    else process.env['WEBSITE_HOSTNAME'] = value;

    const payload = await app.client('createHttpManagementPayload', 'some');

    expect(payload).toMatchObject({
      statusQueryGetUri: expect.stringMatching(/^http:\/\/localhost:7071\/runtime\/webhooks\/durabletask\/instances\/some\?/),
    });
  });
});
