import type { Container, PatchOperation } from '@azure/cosmos';
import type { Clock } from '../../ports/clock.ts';

/** How long what is recorded of a run is kept after its end, or after it was last written. Cosmos DB forgets it by itself. */
export interface Retention {
  readonly seconds: number;
  readonly clock: Clock;
}

/** For a document that is written now. */
export function timeToLive(retention: Retention | undefined): { readonly ttl?: number } {
  return retention === undefined ? {} : { ttl: retention.seconds };
}

/** For a document that is patched now. */
export function timeToLivePatch(retention: Retention | undefined): PatchOperation[] {
  return retention === undefined ? [] : [{ op: 'set', path: '/ttl', value: retention.seconds }];
}

/** Writes a run's records anew whose last writing is so long ago, with nothing changed but that their time begins again. */
export async function prolong(container: Container, runId: string, retention: Retention, ageSeconds: number): Promise<void> {
  const query = {
    query: "SELECT VALUE c.id FROM c WHERE c.type != 'run' AND IS_DEFINED(c.ttl) AND c._ts <= @before",
    parameters: [{ name: '@before', value: Math.floor(retention.clock.now() / 1000) - ageSeconds }],
  };
  const { resources: ids } = await container.items.query<string>(query, { partitionKey: runId }).fetchAll();
  for (const id of ids) await container.item(id, runId).patch({ operations: timeToLivePatch(retention) });
}
