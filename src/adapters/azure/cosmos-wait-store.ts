import type { Container, ItemDefinition } from '@azure/cosmos';
import { DependencyUnavailableError } from '../../ports/errors.ts';
import type { WaitDecision, WaitRecord, WaitStore } from '../../ports/wait-store.ts';
import { cosmosFailure, translateCosmosError } from './cosmos-errors.ts';
import { fromWaitDocument, toWaitDocument, waitDocumentId } from './run-documents.ts';

/** Attempts at a decision that others keep getting in the way of. More than two writers of one wait are not to be expected. */
const MAX_RACES = 5;

/** Waits in Cosmos DB: the document `wait:<path>` in the run's partition, whose etag decides which decision was first. */
export class CosmosWaitStore implements WaitStore {
  readonly #openContainer: () => Promise<Container>;

  /** @param openContainer the container `runs`, partitioned by `/runId` */
  constructor(openContainer: () => Promise<Container>) {
    this.#openContainer = openContainer;
  }

  async open(wait: WaitRecord): Promise<WaitRecord> {
    const created = await this.#attempt(`opening a wait of the run ${wait.runId}`, 409, (container) =>
      container.items.create(toWaitDocument(wait)),
    );
    if (created !== undefined) return wait;
    const known = await this.read(wait.runId, wait.node);
    if (known === null)
      throw new DependencyUnavailableError(`A wait of the run ${wait.runId} exists but could not be read. Try again.`);
    return known;
  }

  async read(runId: string, node: string): Promise<WaitRecord | null> {
    return (await this.#readVersion(runId, node))?.wait ?? null;
  }

  async decide(runId: string, node: string, decision: WaitDecision): Promise<{ first: boolean; wait: WaitRecord } | null> {
    for (let race = 0; race < MAX_RACES; race++) {
      const known = await this.#readVersion(runId, node);
      if (known === null) return null;
      if (known.wait.status !== 'open') return { first: false, wait: known.wait };
      const wait = { ...known.wait, ...decision };
      const accessCondition = { type: 'IfMatch', condition: known.etag };
      const replaced = await this.#attempt(`deciding a wait of the run ${runId}`, 412, (container) =>
        container.item(waitDocumentId(node), runId).replace(toWaitDocument(wait), { accessCondition }),
      );
      if (replaced !== undefined) return { first: true, wait };
    }
    throw new DependencyUnavailableError(`A wait of the run ${runId} keeps changing. Try again.`);
  }

  async list(runId: string): Promise<readonly WaitRecord[]> {
    const query = "SELECT * FROM c WHERE c.type = 'wait' ORDER BY c.openedAt";
    const found = await this.#attempt(`reading the waits of the run ${runId}`, undefined, async (container) => {
      return (await container.items.query<unknown>(query, { partitionKey: runId }).fetchAll()).resources;
    });
    return (found ?? []).map(fromWaitDocument);
  }

  async #readVersion(runId: string, node: string): Promise<{ wait: WaitRecord; etag: string } | null> {
    const document = await this.#attempt(`reading a wait of the run ${runId}`, 404, async (container) => {
      return (await container.item(waitDocumentId(node), runId).read<ItemDefinition>()).resource;
    });
    return document === undefined ? null : { wait: fromWaitDocument(document), etag: String(document['_etag']) };
  }

  /** Undefined if the answer is the one that tells who was first, or that there is nothing. */
  async #attempt<Answer>(
    doing: string,
    expected: number | undefined,
    work: (container: Container) => Promise<Answer>,
  ): Promise<Answer | undefined> {
    try {
      return await work(await this.#openContainer());
    } catch (error) {
      if (expected !== undefined && cosmosFailure(error)?.code === expected) return undefined;
      throw translateCosmosError(error, doing);
    }
  }
}
