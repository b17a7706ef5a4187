import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock.ts';
import { openDatabase } from '../sqlite/database.ts';
import { GroupCommit } from '../sqlite/group-commit.ts';
import { CATALOG_SCHEMA, Catalog, type Container } from './catalog.ts';
import { CosmosError } from './errors.ts';
import { flag, header, type Reply, type Request } from './exchange.ts';
import { ExpirySweep } from './expiry-sweep.ts';
import { answerChangeFeed, answerQuery, answerQueryPlan, answerReadFeed } from './feed-requests.ts';
import { answerBatch, answerCreate, answerItem, type ItemServices } from './item-requests.ts';
import { LogSequence } from './log-sequence.ts';
import { answerMetadata } from './metadata-requests.ts';
import type { Resource } from './resource-path.ts';
import { Throttle } from './throttle.ts';

/** Everything behind the HTTP door: the databases, and what answers a request on them. */
export class CosmosService {
  readonly catalog: Catalog;
  readonly commits: GroupCommit;
  readonly throttle = new Throttle();
  readonly sequence: LogSequence;
  readonly #database: DatabaseSync;
  readonly #sweep: ExpirySweep;
  readonly #services: ItemServices;

  constructor(databasePath: string, clock: Clock, sweepFailed: (error: unknown) => void) {
    this.#database = openDatabase(databasePath, CATALOG_SCHEMA);
    this.sequence = new LogSequence(this.#database);
    this.commits = new GroupCommit(this.#database);
    this.catalog = new Catalog(this.#database, this.commits, this.sequence, clock);
    this.#sweep = new ExpirySweep(clock, this.commits, () => this.catalog.containers(), sweepFailed);
    this.#services = {
      commits: this.commits,
      sequence: this.sequence,
      clock,
      throttle: this.throttle,
      written: (container) => this.#sweep.plan(container),
    };
    this.#sweep.planAll();
  }

  /** Answers after the commit of what the request changes. @throws CosmosError */
  async answer(resource: Resource, request: Request, endpoint: string): Promise<Reply> {
    if (resource.kind !== 'item' && resource.kind !== 'items') {
      const reply = await answerMetadata(this.catalog, resource, request, endpoint);
      this.#sweep.planAll();
      return reply;
    }
    const container = this.catalog.container(resource.database, resource.container);
    // The operations of a bulk request are admitted one by one.
    if (!isBulk(request)) this.throttle.admit(this.#services.clock.now());
    const reply = await (resource.kind === 'item'
      ? answerItem(container, resource.id, request, this.#services)
      : this.#answerItems(container, request));
    return { ...reply, headers: { ...reply.headers, ...this.#session(container) } };
  }

  close(): void {
    this.#sweep.close();
    this.commits.flush();
    this.#database.close();
  }

  #answerItems(container: Container, request: Request): Promise<Reply> | Reply {
    const { method, headers } = request;
    const now = this.#services.clock.now();
    if (method === 'GET') {
      return header(headers, 'a-im') === undefined
        ? answerReadFeed(container, request, now)
        : answerChangeFeed(container, request, this.sequence.last, now);
    }
    if (method !== 'POST') throw new CosmosError(405, `The method ${method} is not allowed on the items of a container.`);
    if (flag(headers, 'x-ms-cosmos-is-query-plan-request')) return answerQueryPlan(request);
    if (flag(headers, 'x-ms-documentdb-isquery')) return answerQuery(container, request, now);
    if (flag(headers, 'x-ms-cosmos-is-batch-request')) return answerBatch(container, request, this.#services);
    return answerCreate(container, request, this.#services);
  }

  #session(container: Container): Record<string, string> {
    return { 'x-ms-session-token': `0:-1#${this.sequence.last}`, 'x-ms-content-path': container.rid };
  }
}

function isBulk({ headers }: Request): boolean {
  return flag(headers, 'x-ms-cosmos-is-batch-request') && !flag(headers, 'x-ms-cosmos-batch-atomic');
}
