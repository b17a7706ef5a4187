import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CosmosLayoutError, loadLayout } from '../../../local/cosmos/layout.ts';

describe('a layout file', () => {
  test('that the app ships names its containers', () => {
    const text = readFileSync(new URL('../../../local/cosmos.json', import.meta.url), 'utf8');

    const layout = loadLayout(text, 'local/cosmos.json');

    expect(layout).toEqual({
      databases: [
        {
          id: 'hexdag',
          containers: [
            {
              ...{ id: 'runs', partitionKey: '/runId', defaultTtl: -1 },
              indexedPaths: ['/checkAfter', '/unpublishedSince', '/startUnpublishedSince', '/callbackDue'],
            },
            { id: 'plans', partitionKey: '/id' },
            { id: 'entities', partitionKey: '/id', defaultTtl: -1 },
          ],
        },
      ],
    });
  });

  test('with several problems is refused with all of them', () => {
    const text = JSON.stringify({
      databases: [
        { id: 'a/b', containers: [{ id: 'c', partitionKey: 'pk', defaultTtl: 0 }] },
        { id: 'twice', containers: [], sharding: 3 },
        { id: 'twice', containers: [] },
      ],
    });

    const load = () => loadLayout(text, 'cosmos.json');

    expect(load).toThrow(CosmosLayoutError);
    expect(load).toThrow(/databases\.0\.id.*\n.*databases\.0\.containers\.0\.partitionKey.*\n.*defaultTtl.*\n.*sharding/);
  });

  test('that names a database twice is refused', () => {
    const text = JSON.stringify({ databases: ['twice', 'twice'].map((id) => ({ id, containers: [] })) });

    const load = () => loadLayout(text, 'cosmos.json');

    expect(load).toThrow('databases.1.id: "twice" is named twice');
  });

  test('that is no JSON is refused with its name', () => {
    const load = () => loadLayout('{', 'cosmos.json');

    expect(load).toThrow(/cosmos\.json is not valid/);
  });
});
