import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countEvents, DurableApp } from './driver.ts';
import { atGate, openGate } from './fixtures/app/gate.ts';

const folder = mkdtempSync(join(tmpdir(), 'durable-'));
const databasePath = join(folder, 'durable.db');
const app = new DurableApp({
  databasePath,
  timerLimits: { maximumShort: 1_000, longInterval: 1_000 },
});
beforeAll(() => app.start());
afterAll(async () => {
  await app.close();
  rmSync(folder, { recursive: true });
});

describe('after a restart', () => {
  test('a timer that fell due meanwhile fires', async () => {
    const id = await app.startNew('sleep', 500);
    await app.after(id, 'TimerCreated');
    await app.restart(() => app.clock.advance(600));
    const status = await app.ended(id);

    expect(status.output).toBe(600);
    expect(countEvents(status, 'TimerFired')).toBe(1);
  });

  test('a long timer goes on in its parts', async () => {
    const id = await app.startNew('sleep', 2_500);
    for (const part of [1, 2]) {
      await app.after(id, 'TimerCreated', part);
      await app.restart();
      app.clock.advance(1_000);
    }
    await app.after(id, 'TimerCreated', 3);
    app.clock.advance(500);
    const status = await app.ended(id);

    expect(status.output).toBe(2_500);
    expect(countEvents(status, 'TimerFired')).toBe(3);
  });

  test('a suspended instance is still suspended, with its events', async () => {
    const id = await app.startNew('twoEvents');
    await app.rpc('POST', `instances/${id}/suspend`);
    await app.rpc('POST', `instances/${id}/raiseEvent/go`, 1);
    await app.rpc('POST', `instances/${id}/raiseEvent/go`, 2);
    await app.until(id, ({ runtimeStatus }) => runtimeStatus === 'Suspended');
    await app.restart();
    const restarted = await app.status(id);
    await app.rpc('POST', `instances/${id}/resume`);
    const status = await app.ended(id);

    expect(restarted.runtimeStatus).toBe('Suspended');
    expect(status.output).toEqual([1, 2]);
  });

  test('an execution that continued as new goes on with its own input', async () => {
    const id = await app.startNew('collector');
    await app.rpc('POST', `instances/${id}/raiseEvent/item`, 'a');
    await app.until(id, ({ customStatus }) => customStatus !== null);
    await app.restart();
    await app.rpc('POST', `instances/${id}/raiseEvent/item`, 'b');
    const { customStatus } = await app.until(id, (status) => JSON.stringify(status.customStatus).includes('b'));

    expect(customStatus).toEqual(['a', 'b']);
  });

  test('a growing set of tasks is replayed from the stored history', async () => {
    const id = await app.startNew('growing', ['first', 'second']);
    await atGate(`${id}second`);
    openGate(`${id}second`);
    await atGate(`${id}late`);
    const restarting = app.restart();
    openGate(`${id}first`);
    openGate(`${id}late`);
    await restarting;
    const status = await app.ended(id);

    expect(status.output).toEqual([`${id}second`, `${id}first`, `${id}late`]);
    expect(countEvents(status, 'TaskScheduled')).toBe(3);
  });

  test('a parent hears of its child', async () => {
    const id = await app.startNew('parentOfGate', 'restarted');
    await atGate('restarted');
    const restarting = app.restart();
    openGate('restarted');
    await restarting;
    const status = await app.ended(id);

    expect(status.output).toBe('restarted');
  });

  test('an instance whose stored history is damaged fails with an explanation, and the others go on', async () => {
    const id = await app.startNew('customStatus');
    await app.until(id, ({ customStatus }) => customStatus !== null);
    await app.restart(() => {
      const database = new DatabaseSync(databasePath);
      database.exec('UPDATE history SET events = \'{broken\' WHERE events LIKE \'%"Name":"customStatus"%\'');
      database.close();
    });
    await app.rpc('POST', `instances/${id}/raiseEvent/go`);
    let response = await app.rpc('GET', `instances/${id}`);
    while (response.status === 202) response = await app.rpc('GET', `instances/${id}`);
    const other = await app.run('chain');

    expect(await response.json()).toMatchObject({
      runtimeStatus: 'Failed',
      output: expect.stringContaining('the host could not run it'),
    });
    expect(other.output).toEqual(['a', 'b', 'c']);
  });
});
