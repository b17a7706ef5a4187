import type { Container, FeedOptions, ItemDefinition, OperationInput, PatchOperation, SqlQuerySpec } from '@azure/cosmos';
import { z } from 'zod';
import { DependencyRefusedError, DependencyUnavailableError } from '../../ports/errors.ts';
import type { RunEvent } from '../../ports/event-publisher.ts';
import type {
  Claim,
  Commit,
  NodeRecord,
  Reopening,
  RunFilter,
  RunFinish,
  RunPage,
  RunRecord,
  RunStore,
} from '../../ports/run-store.ts';
import { reopened } from '../reopened-run.ts';
import { cursorAfter, positionOf } from '../run-order.ts';
import { translateCosmosError } from './cosmos-errors.ts';
import { findFirst } from './cosmos-query.ts';
import { CosmosWriter } from './cosmos-writer.ts';
import { OUTBOX, outboxMembers, START_OUTBOX } from './outbox-documents.ts';
import { prolong, type Retention, timeToLive, timeToLivePatch } from './retention.ts';
import {
  fromNodeDocument,
  fromNodeHolder,
  fromRunDocument,
  nodeDocumentId,
  RUN_ID,
  toNodeDocument,
  toRunDocument,
} from './run-documents.ts';

const CHECK_AFTER = '/checkAfter';
const NOT_ENDED = 'FROM c WHERE NOT IS_DEFINED(c.finishedAt)';
/** What a run ended with; a run that is opened again is without it. */
const END_MEMBERS = ['finishedAt', 'output', 'error', 'lastNode', 'ttl'];

/**
 * Runs in Cosmos DB, a partition each: the document `run`, and `node:<name>` for each node with an effect but the last, which
 * the run's document holds as `lastNode`. Nothing is read before it is written; only who comes second reads what the first recorded.
 */
export class CosmosRunStore implements RunStore {
  readonly #openContainer: () => Promise<Container>;
  readonly #writer: CosmosWriter;
  readonly #retention: Retention | undefined;

  /**
   * @param openContainer the container `runs`, partitioned by `/runId`
   * @param retention when runs that have ended are forgotten; never, if not given
   */
  constructor(openContainer: () => Promise<Container>, writer = new CosmosWriter(openContainer), retention?: Retention) {
    this.#openContainer = openContainer;
    this.#writer = writer;
    this.#retention = retention;
  }

  async claim(run: RunRecord, outbox: readonly RunEvent[] = []): Promise<Claim> {
    const document = { ...toRunDocument(run), ...outboxMembers(START_OUTBOX, outbox, run.acceptedAt) };
    const outcome = await this.#writer.write(create(run.runId, document));
    if (outcome === 'written') return { kind: 'claimed' };
    return { kind: 'exists', run: (await this.read(run.runId)) ?? vanished(`The run ${run.runId}`) };
  }

  async read(runId: string): Promise<RunRecord | null> {
    const document = await this.#readDocument(runId, RUN_ID);
    return document === undefined ? null : fromRunDocument(document);
  }

  async readNodes(runId: string): Promise<readonly NodeRecord[]> {
    const query = { query: "SELECT * FROM c WHERE c.type = 'node' OR IS_DEFINED(c.lastNode)" };
    const documents = await this.#query(query, Number.POSITIVE_INFINITY, { partitionKey: runId });
    return documents.map(fromNodeHolder);
  }

  async commitNode(node: NodeRecord, finish?: RunFinish, outbox: readonly RunEvent[] = []): Promise<Commit> {
    if (finish !== undefined) return this.#endWith(node, finish);
    const document = {
      ...toNodeDocument(node),
      ...timeToLive(this.#retention),
      ...outboxMembers(OUTBOX, outbox, node.finishedAt),
    };
    const outcome = await this.#writer.write(create(node.runId, document));
    return outcome === 'written' ? { kind: 'committed' } : { kind: 'exists', node: await this.#recorded(node) };
  }

  /** The last node travels in the run's document: one write is both, and shares its request with other runs' writes. */
  async #endWith(node: NodeRecord, finish: RunFinish): Promise<Commit> {
    const end = [...endOf(finish, this.#retention), { op: 'set' as const, path: '/lastNode', value: node }];
    if (await this.#patch(node.runId, end, canEnd(finish))) return { kind: 'committed' };
    const recorded = (await this.readNodes(node.runId)).find((other) => other.node === node.node);
    return { kind: 'exists', node: recorded ?? node };
  }

  async finish(runId: string, finish: RunFinish): Promise<boolean> {
    return this.#patch(runId, endOf(finish, this.#retention), canEnd(finish));
  }

  async markStarted(runId: string, checkAfter: string): Promise<void> {
    const started: PatchOperation[] = [
      { op: 'set', path: '/status', value: 'running' },
      { op: 'set', path: CHECK_AFTER, value: checkAfter },
    ];
    await this.#patch(runId, started, NOT_ENDED);
  }

  async unconfirmed(dueBefore: string, limit: number): Promise<readonly RunRecord[]> {
    const query = {
      query: 'SELECT * FROM c WHERE c.checkAfter < @before ORDER BY c.checkAfter',
      parameters: [{ name: '@before', value: dueBefore }],
    };
    return (await this.#query(query, limit)).map(fromRunDocument);
  }

  async list({ status, pipeline, trigger, from, to, limit, cursor }: RunFilter): Promise<RunPage> {
    const criteria = [
      { clause: 'c.status = @status', name: '@status', value: status },
      { clause: 'c.pipeline = @pipeline', name: '@pipeline', value: pipeline },
      { clause: 'c.trigger = @trigger', name: '@trigger', value: trigger },
      { clause: 'c.position >= @from', name: '@from', value: from },
      { clause: 'c.position < @to', name: '@to', value: to },
      { clause: 'c.position < @before', name: '@before', value: cursor === undefined ? undefined : positionOf(cursor) },
    ].filter(({ value }) => value !== undefined);
    const query = {
      query: `SELECT * FROM c WHERE ${["c.type = 'run'", ...criteria.map(({ clause }) => clause)].join(' AND ')} ORDER BY c.position DESC`,
      parameters: criteria.map(({ name, value = '' }) => ({ name, value })),
    };
    const found = (await this.#query(query, limit + 1)).map(fromRunDocument);
    const runs = found.slice(0, limit);
    const last = runs.at(-1);
    return last && found.length > limit ? { runs, cursor: cursorAfter(last) } : { runs };
  }

  async openChildren(runId: string): Promise<readonly RunRecord[]> {
    const query = {
      query: 'SELECT * FROM c WHERE c.parent.runId = @parent AND NOT IS_DEFINED(c.finishedAt)',
      parameters: [{ name: '@parent', value: runId }],
    };
    return (await this.#query(query, Number.POSITIVE_INFINITY)).map(fromRunDocument);
  }

  async failedChildren(runId: string): Promise<readonly RunRecord[]> {
    const query = {
      query: "SELECT * FROM c WHERE c.parent.runId = @parent AND (c.status = 'failed' OR c.status = 'cancelled')",
      parameters: [{ name: '@parent', value: runId }],
    };
    return (await this.#query(query, Number.POSITIVE_INFINITY)).map(fromRunDocument);
  }

  async reopen(run: RunRecord, reopening: Reopening): Promise<RunRecord | null> {
    const document = runEnd.parse(await this.#readDocument(run.runId, RUN_ID));
    if (run.finishedAt === undefined || document.finishedAt !== run.finishedAt || document.outbox !== undefined) return null;
    const failed = await this.#failedNodes(run.runId);
    if (failed.some(({ isUntold }) => isUntold)) return null;
    await this.#keepApart(document.lastNode);
    await this.#remove(run.runId, failed);
    const { status, planHash, retry, retriedAt } = reopened(run, reopening);
    const settings = Object.entries({ status, planHash, retry, retriedAt, checkAfter: retriedAt });
    const operations: PatchOperation[] = [
      ...settings.map(([name, value]) => ({ op: 'set' as const, path: `/${name}`, value })),
      ...END_MEMBERS.filter((name) => name in document).map((name) => ({ op: 'remove' as const, path: `/${name}` })),
    ];
    const isSame = `FROM c WHERE c.finishedAt = '${run.finishedAt}' AND NOT IS_DEFINED(c.outbox)`;
    if (!(await this.#patch(run.runId, operations, isSame))) return null;
    await this.keep(run);
    return reopened(run, reopening);
  }

  async keep(run: RunRecord): Promise<void> {
    if (this.#retention === undefined) return;
    const { seconds, clock } = this.#retention;
    const half = Math.floor(seconds / 2);
    if (clock.now() - Date.parse(run.acceptedAt) > half * 1000) await this.#prolong(run.runId, half);
  }

  async #prolong(runId: string, ageSeconds: number): Promise<void> {
    if (this.#retention === undefined) return;
    try {
      await prolong(await this.#openContainer(), runId, this.#retention, ageSeconds);
    } catch (error) {
      throw translateCosmosError(error, `keeping the records of the run ${runId}`);
    }
  }

  /** The documents of failed nodes, and whether they still hold the event that tells of the failure. */
  async #failedNodes(runId: string): Promise<readonly z.infer<typeof failedNode>[]> {
    const query = {
      query: "SELECT c.id, IS_DEFINED(c.outbox) AS isUntold FROM c WHERE c.type = 'node' AND c.status = 'failed'",
    };
    return z.array(failedNode).parse(await this.#query(query, Number.POSITIVE_INFINITY, { partitionKey: runId }));
  }

  /** What the last node completed gets a document of its own, since the run's will hold another one's. */
  async #keepApart(lastNode: unknown): Promise<void> {
    if (lastNode === undefined) return;
    const last = fromNodeDocument(lastNode);
    const document = { ...toNodeDocument(last), ...timeToLive(this.#retention) };
    if (last.status === 'completed') await this.#writer.write(create(last.runId, document));
  }

  async #remove(runId: string, documents: readonly { readonly id: string }[]): Promise<void> {
    const removals = documents.map(({ id }) => ({ operationType: 'Delete' as const, partitionKey: runId, id }));
    await Promise.all(removals.map((removal) => this.#writer.write(removal)));
  }

  async #recorded({ runId, node }: NodeRecord): Promise<NodeRecord> {
    const document = await this.#readDocument(runId, nodeDocumentId(node));
    return document === undefined ? vanished(`The node ${node} of the run ${runId}`) : fromNodeDocument(document);
  }

  /** False if the condition did not hold. */
  async #patch(runId: string, operations: PatchOperation[], condition: string): Promise<boolean> {
    const outcome = await this.#writer.write(patch(runId, operations, condition));
    if (outcome === 'missing') throw unknownRun(runId);
    return outcome === 'written';
  }

  async #readDocument(runId: string, id: string): Promise<unknown> {
    try {
      const container = await this.#openContainer();
      return (await container.item(id, runId).read<ItemDefinition>()).resource;
    } catch (error) {
      throw translateCosmosError(error, `reading ${id} of the run ${runId}`);
    }
  }

  async #query(query: SqlQuerySpec, limit: number, options?: FeedOptions): Promise<readonly unknown[]> {
    try {
      return await findFirst(await this.#openContainer(), query, limit, options);
    } catch (error) {
      throw translateCosmosError(error, 'a query over runs');
    }
  }
}

/** The document of a run as far as its end goes. */
const runEnd = z.looseObject({
  finishedAt: z.string().optional(),
  outbox: z.unknown().optional(),
  lastNode: z.unknown().optional(),
});

const failedNode = z.object({ id: z.string(), isUntold: z.boolean() });

function canEnd({ retry }: RunFinish): string {
  return `${NOT_ENDED} AND ${retry === undefined ? 'NOT IS_DEFINED(c.retry)' : `c.retry = ${retry}`}`;
}

function create(runId: string, document: object): OperationInput {
  return { operationType: 'Create', partitionKey: runId, resourceBody: { ...document } };
}

function patch(runId: string, operations: PatchOperation[], condition: string): OperationInput {
  return { operationType: 'Patch', partitionKey: runId, id: RUN_ID, resourceBody: { operations, condition } };
}

function endOf({ status, finishedAt, output, error, outbox }: RunFinish, retention: Retention | undefined): PatchOperation[] {
  return [
    ...timeToLivePatch(retention),
    { op: 'set', path: '/status', value: status },
    { op: 'set', path: '/finishedAt', value: finishedAt },
    // Null instead of gone, because removing what is not there would fail.
    { op: 'set', path: CHECK_AFTER, value: null },
    ...(output === undefined ? [] : [{ op: 'set' as const, path: '/output', value: output }]),
    ...(error === undefined ? [] : [{ op: 'set' as const, path: '/error', value: error }]),
    ...Object.entries(outboxMembers(OUTBOX, outbox, finishedAt)).map(([name, value]) => ({
      op: 'set' as const,
      path: `/${name}`,
      value,
    })),
  ];
}

function unknownRun(runId: string): DependencyRefusedError {
  return new DependencyRefusedError(`The run ${runId} is not in the store. Claim it first.`);
}

/** There a moment ago, or not yet where the read went: another try will tell. */
function vanished(what: string): never {
  throw new DependencyUnavailableError(`${what} exists but could not be read. Try again.`);
}
