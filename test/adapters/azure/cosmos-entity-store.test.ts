import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { CosmosEntityStore } from '../../../src/adapters/azure/cosmos-entity-store.ts';
import { MalformedDocumentError } from '../../../src/adapters/azure/cosmos-errors.ts';
import { transitionNode } from '../../../src/nodes/transition-node.ts';
import { DependencyUnavailableError } from '../../../src/ports/errors.ts';
import { testEntityStore } from '../../conformance/entity-store.ts';
import { runNode } from '../../nodes/run-node.ts';
import { type LocalCosmos, startLocalCosmos } from './local-cosmos.ts';

let cosmos: LocalCosmos;
let store: CosmosEntityStore;

beforeAll(async () => {
  cosmos = await startLocalCosmos();
  store = new CosmosEntityStore(async () => cosmos.database.container('entities'));
});

afterEach(() => cosmos.server.throttle(null));

afterAll(() => cosmos.close());

describe('CosmosEntityStore', () => {
  testEntityStore(() => store);

  it('spends one request a read and one a write', async () => {
    const id = randomUUID();
    await store.write('order', id, { state: 'NEW' }, null);
    const requests = () => cosmos.server.counters()['requests'] ?? 0;

    const before = requests();
    const read = await store.read('order', id);
    const between = requests();
    await store.write('order', id, { state: 'PAID' }, read?.version ?? null);

    expect([between - before, requests() - between]).toEqual([1, 1]);
  });

  it('lets what is to expire carry its time to live', async () => {
    const id = randomUUID();

    await store.write('order', id, { state: 'NEW' }, null, { ttlSeconds: 3_600 });

    const query = { query: 'SELECT c.ttl FROM c WHERE c.entityId = @id', parameters: [{ name: '@id', value: id }] };
    const { resources } = await cosmos.database.container('entities').items.query(query).fetchAll();
    expect(resources).toEqual([{ ttl: 3_600 }]);
  });

  it('lets an entity be moved once, however many attempts run at a time', async () => {
    const id = randomUUID();
    const order = { initial: 'NEW', transitions: { NEW: [{ to: 'PAID' }], PAID: [{ to: 'NEW' }] }, onTransition: ['count'] };
    let calls = 0;
    const handler = () => ({
      name: 'count',
      run: () => {
        calls += 1;
      },
    });
    const pay = () =>
      runNode(
        transitionNode,
        { entity: 'order', entity_id: id, to_state: 'PAID' },
        { resources: { stateMachines: { order }, entities: store, handler } },
      );

    const results = await Promise.all([pay(), pay(), pay()]);
    const callsBefore = calls;
    const later = await pay();

    const moved = { entity_type: 'order', entity_id: id, from_state: 'NEW', to_state: 'PAID' };
    expect([...results, later]).toEqual([moved, moved, moved, moved]);
    expect((await store.read('order', id))?.value).toMatchObject({ state: 'PAID', transitions: [{ to: 'PAID', done: true }] });
    expect(calls).toBe(callsBefore);
  });

  it('says that a container out of reach may come back', async () => {
    const away = new CosmosEntityStore(async () => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    });

    const read = away.read('order', 'o-1');

    await expect(read).rejects.toThrow(DependencyUnavailableError);
  });

  it('refuses a document that it did not write', async () => {
    const id = randomUUID();
    await store.write('order', id, { state: 'NEW' }, null);
    const query = { query: 'SELECT * FROM c WHERE c.entityId = @id', parameters: [{ name: '@id', value: id }] };
    const { resources } = await cosmos.database.container('entities').items.query(query).fetchAll();
    await cosmos.database.container('entities').items.upsert({ ...resources[0], value: 'text' });

    const read = store.read('order', id);

    await expect(read).rejects.toThrow(MalformedDocumentError);
  });
});
