import type { Container, ItemDefinition, PatchOperation } from '@azure/cosmos';
import { DependencyUnavailableError } from '../../ports/errors.ts';
import type { RunEvent } from '../../ports/event-publisher.ts';
import type { WaitDecision, WaitRecord, WaitStore } from '../../ports/wait-store.ts';
import { cosmosFailure, translateCosmosError } from './cosmos-errors.ts';
import { OUTBOX, outboxMembers } from './outbox-documents.ts';
import { type Retention, timeToLivePatch } from './retention.ts';
import { fromWaitDocument, toWaitDocument, waitDocumentId } from './run-documents.ts';

const IS_OPEN = "FROM c WHERE c.status = 'open'";

/** Waits in Cosmos DB: the document `wait:<path>` in the run's partition, written over only while it is open. */
export class CosmosWaitStore implements WaitStore {
  readonly #openContainer: () => Promise<Container>;
  readonly #retention: Retention | undefined;

  /**
   * @param openContainer the container `runs`, partitioned by `/runId`
   * @param retention when waits that were decided are forgotten; never, if not given
   */
  constructor(openContainer: () => Promise<Container>, retention?: Retention) {
    this.#openContainer = openContainer;
    this.#retention = retention;
  }

  async open(wait: WaitRecord, outbox: readonly RunEvent[] = []): Promise<{ first: boolean; wait: WaitRecord }> {
    const document = { ...toWaitDocument(wait), ...outboxMembers(OUTBOX, outbox, wait.openedAt) };
    const created = await this.#attempt(`opening a wait of the run ${wait.runId}`, 409, (container) =>
      container.items.create(document),
    );
    if (created !== undefined) return { first: true, wait };
    const known = await this.read(wait.runId, wait.node);
    if (known === null)
      throw new DependencyUnavailableError(`A wait of the run ${wait.runId} exists but could not be read. Try again.`);
    return { first: false, wait: known };
  }

  async read(runId: string, node: string): Promise<WaitRecord | null> {
    const document = await this.#attempt(`reading a wait of the run ${runId}`, 404, async (container) => {
      return (await container.item(waitDocumentId(node), runId).read<ItemDefinition>()).resource;
    });
    return document === undefined ? null : fromWaitDocument(document);
  }

  async decide(runId: string, node: string, decision: WaitDecision): Promise<{ first: boolean; wait: WaitRecord } | null> {
    const decided = await this.#attempt(`deciding a wait of the run ${runId}`, [404, 412], async (container) => {
      const patch = { condition: IS_OPEN, operations: [...settingsOf(decision), ...timeToLivePatch(this.#retention)] };
      return (await container.item(waitDocumentId(node), runId).patch<ItemDefinition>(patch)).resource;
    });
    if (decided !== undefined) return { first: true, wait: fromWaitDocument(decided) };
    const wait = await this.read(runId, node);
    return wait && { first: false, wait };
  }

  async forget(runId: string, node: string): Promise<void> {
    await this.#attempt(`removing a wait of the run ${runId}`, 404, (container) =>
      container.item(waitDocumentId(node), runId).delete(),
    );
  }

  async list(runId: string): Promise<readonly WaitRecord[]> {
    const query = "SELECT * FROM c WHERE c.type = 'wait' ORDER BY c.openedAt";
    const found = await this.#attempt(`reading the waits of the run ${runId}`, [], async (container) => {
      return (await container.items.query<unknown>(query, { partitionKey: runId }).fetchAll()).resources;
    });
    return (found ?? []).map(fromWaitDocument);
  }

  /** Undefined if the answer is the one that tells who was first, or that there is nothing. */
  async #attempt<Answer>(
    doing: string,
    expected: number | readonly number[],
    work: (container: Container) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    try {
      return await work(await this.#openContainer());
    } catch (error) {
      if ([expected].flat().some((code) => code === cosmosFailure(error)?.code)) return undefined;
      throw translateCosmosError(error, doing);
    }
  }
}

function settingsOf(decision: WaitDecision): PatchOperation[] {
  return Object.entries(decision).map(([name, value]) => ({ op: 'set', path: `/${name}`, value }));
}
