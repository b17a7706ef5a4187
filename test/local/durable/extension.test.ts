import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DurableExtension } from '../../../local/durable/extension.ts';
import type { ExtensionHost, RegisteredFunction } from '../../../local/functions-host/extension.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

function hostWith(functions: RegisteredFunction[], section: Record<string, unknown> = {}): ExtensionHost {
  return {
    clock: new ManualClock(),
    log: () => {},
    functions,
    origin: 'http://127.0.0.1:1',
    innerOrigin: 'http://127.0.0.1:1',
    setting: () => undefined,
    hostSection: () => section,
    resolve: (text) => text,
    invoke: () => Promise.reject(new Error('Nothing is invoked here.')),
  };
}

function fn(name: string, type: string): RegisteredFunction {
  const binding = { type, direction: 'in' as const };
  return { id: name, name, trigger: { name: 'trigger', binding }, bindings: { trigger: binding } };
}

test('an app with entities is refused, with the entity named', async () => {
  const extension = new DurableExtension({ databasePath: ':memory:', systemKey: 'k' });

  const start = extension.start(hostWith([fn('counter', 'entityTrigger')]));

  await expect(start).rejects.toMatchObject({ code: 'entities_not_supported', message: expect.stringContaining("'counter'") });
});

test('a section of host.json that is not valid is refused', async () => {
  const extension = new DurableExtension({ databasePath: ':memory:', systemKey: 'k' });

  const start = extension.start(hostWith([], { maxConcurrentActivityFunctions: 0 }));

  await expect(start).rejects.toMatchObject({
    code: 'invalid_host_section',
    message: expect.stringContaining('maxConcurrentActivityFunctions'),
  });
});

test('a database belongs to one engine alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'durable-'));
  const databasePath = join(folder, 'durable.db');
  const [first, second] = [1, 2].map(() => new DurableExtension({ databasePath, systemKey: 'k' }));
  await first?.start(hostWith([]));

  const start = second?.start(hostWith([]));

  await expect(start).rejects.toMatchObject({ code: 'data_folder_in_use' });
  await first?.close();
  rmSync(folder, { recursive: true });
});

test('the client binding carries the links, the hub and the address for calls from this machine', async () => {
  const extension = new DurableExtension({ databasePath: ':memory:', systemKey: 'k' });
  await extension.start(hostWith([], { hubName: 'Hub' }));

  const data = extension.inputData({ type: 'durableClient', direction: 'in' });
  const none = extension.inputData({ type: 'blob', direction: 'in' });

  await extension.close();
  expect(none).toBeUndefined();
  expect(JSON.parse(data?.string ?? '')).toMatchObject({
    taskHubName: 'Hub',
    creationUrls: {
      createNewInstancePostUri:
        'http://127.0.0.1:1/runtime/webhooks/durabletask/orchestrators/{functionName}[/{instanceId}]?code=k',
    },
    managementUrls: {
      id: 'INSTANCEID',
      sendEventPostUri:
        'http://127.0.0.1:1/runtime/webhooks/durabletask/instances/INSTANCEID/raiseEvent/{eventName}?taskHub=Hub&connection=Storage&code=k',
    },
    rpcBaseUrl: 'http://127.0.0.1:1/durabletask/',
  });
});
