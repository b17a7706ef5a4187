import type { IncomingHttpHeaders } from 'node:http';
import type { Container } from './catalog.ts';
import { badRequest, CosmosError, notOffered } from './errors.ts';
import { header, parseJsonObject, type Reply, type Request } from './exchange.ts';
import { isJsonObject, type JsonValue } from './json.ts';
import { etagOf, parseEtag } from './log-sequence.ts';
import { PARTITION_KEY_RANGE_ID } from './metadata-requests.ts';
import { parsePartitionKey } from './partition-key.ts';
import { readPage } from './query/page.ts';
import { parseQuery } from './query/parser.ts';
import { QUERY_PLAN } from './query/plan.ts';
import { feedCharge, METADATA_CHARGE, queryCharge } from './request-charge.ts';

const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 1000;
const GONE_SUBSTATUS = 1002;

interface QueryBody {
  query: string;
  parameters: ReadonlyMap<string, JsonValue | undefined>;
}

/** A page of a query's results. @throws CosmosError (400) */
export function answerQuery(container: Container, request: Request, now: number): Reply {
  const { query, parameters } = parseQueryBody(request.body);
  return queryReply(container, request, query, parameters, now);
}

/** All items, page by page. @throws CosmosError (400) */
export function answerReadFeed(container: Container, request: Request, now: number): Reply {
  return queryReply(container, request, 'SELECT * FROM c', new Map(), now);
}

/** How the client is to run a query; also where it learns that the query cannot be parsed. @throws CosmosError (400) */
export function answerQueryPlan({ body }: Request): Reply {
  parseQuery(parseQueryBody(body).query);
  return { status: 200, body: JSON.stringify(QUERY_PLAN), charge: METADATA_CHARGE };
}

/**
 * The items changed since the etag of the last page, or since a time, each in its latest version; 304 when there are none.
 * The etag of the reply is where the next page begins.
 *
 * @throws CosmosError (400)
 */
export function answerChangeFeed(container: Container, { headers }: Request, lastLsn: number, now: number): Reply {
  if (header(headers, 'a-im')?.toLowerCase() !== 'incremental feed') {
    throw notOffered('The change feed with all versions and deletes');
  }
  const from = header(headers, 'if-none-match');
  const afterLsn = from === undefined ? 0 : from === '*' ? lastLsn : parseEtag(from);
  const changes = container.items.changes({
    partitionKey: partitionOf(headers),
    afterLsn,
    sinceTs: from === undefined ? sinceOf(headers) : 0,
    limit: pageSize(headers),
    nowSeconds: Math.floor(now / 1000),
  });
  const last = changes.at(-1);
  if (last === undefined) {
    // Nothing up to now: the next request may begin here, even if what was skipped belongs to other partitions.
    return { status: 304, charge: METADATA_CHARGE, headers: { etag: etagOf(Math.max(afterLsn, lastLsn)) } };
  }
  const documents = changes.map(({ lsn, body }) => `${body.slice(0, -1)},"_lsn":${lsn}}`);
  const reply = feedReply(container, documents);
  return { ...reply, charge: feedCharge(reply.body?.length ?? 0), headers: { ...reply.headers, etag: etagOf(last.lsn) } };
}

function queryReply(
  container: Container,
  { headers }: Request,
  text: string,
  parameters: ReadonlyMap<string, JsonValue | undefined>,
  now: number,
): Reply {
  const page = readPage(container.items, container.definition.partitionKeyPath, {
    query: parseQuery(text),
    parameters,
    partitionKey: partitionOf(headers),
    maximumItems: pageSize(headers),
    continuation: header(headers, 'x-ms-continuation'),
    now,
  });
  const reply = feedReply(container, page.documents);
  const more = page.continuation === undefined ? {} : { 'x-ms-continuation': page.continuation };
  return { ...reply, charge: queryCharge(page.loaded, reply.body?.length ?? 0), headers: { ...reply.headers, ...more } };
}

function feedReply({ rid }: Container, documents: readonly string[]): Reply {
  return {
    status: 200,
    body: `{"_rid":"${rid}","Documents":[${documents.join(',')}],"_count":${documents.length}}`,
    charge: 0,
    headers: { 'x-ms-item-count': String(documents.length) },
  };
}

function parseQueryBody(text: string): QueryBody {
  const body = parseJsonObject(text);
  const { query, parameters = [] } = body;
  if (typeof query !== 'string') throw badRequest("A query needs its text as the property 'query'.");
  if (!Array.isArray(parameters)) throw badRequest("The 'parameters' of a query must be a list.");
  const entries = parameters.map((parameter): [string, JsonValue | undefined] => {
    const name = isJsonObject(parameter) ? parameter['name'] : undefined;
    if (!isJsonObject(parameter) || typeof name !== 'string' || !/^@\w+$/.test(name)) {
      throw badRequest('A parameter of a query needs a name that begins with @, and a value.');
    }
    return [name, parameter['value']];
  });
  return { query, parameters: new Map(entries) };
}

/** The partition a feed is limited to. @throws CosmosError (400, 410) for a range that does not exist */
function partitionOf(headers: IncomingHttpHeaders): string | undefined {
  const range = header(headers, 'x-ms-documentdb-partitionkeyrangeid');
  if (range !== undefined && range !== PARTITION_KEY_RANGE_ID) {
    throw new CosmosError(410, `The partition key range '${range}' does not exist.`, { substatus: GONE_SUBSTATUS });
  }
  if (header(headers, 'x-ms-start-epk') !== undefined) throw notOffered('A part of a partition key range');
  const key = header(headers, 'x-ms-documentdb-partitionkey');
  return key === undefined ? undefined : parsePartitionKey(key);
}

function pageSize(headers: IncomingHttpHeaders): number {
  const size = Number(header(headers, 'x-ms-max-item-count') ?? DEFAULT_PAGE);
  if (!Number.isInteger(size) || size === 0 || size < -1)
    throw badRequest('x-ms-max-item-count must be -1 or a positive whole number.');
  return size === -1 ? LARGEST_PAGE : size;
}

/** Unix time in seconds. */
function sinceOf(headers: IncomingHttpHeaders): number {
  const since = header(headers, 'if-modified-since');
  if (since === undefined) return 0;
  const time = Date.parse(since);
  if (Number.isNaN(time)) throw badRequest("The header 'if-modified-since' is not a date.");
  return Math.floor(time / 1000);
}
