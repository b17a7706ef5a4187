import { badRequest } from '../errors.ts';
import type { ItemTable } from '../item-table.ts';
import type { JsonValue } from '../json.ts';
import { type Continuation, formatContinuation, parseContinuation, type RowPosition } from './continuation.ts';
import type { Bindings, Context } from './evaluate.ts';
import { narrow } from './pushdown.ts';
import { compareOrderKeys, isSetQuery, orderKeys, project, rowsOf, runSubquery, selectSet, windowOf } from './rows.ts';
import type { Query } from './syntax.ts';
import type { Value } from './values.ts';

/** What is asked for. */
interface PageRequest {
  query: Query;
  parameters: ReadonlyMap<string, Value>;
  /** Canonical text; absent for a query over all partitions. */
  partitionKey: string | undefined;
  maximumItems: number;
  continuation: string | undefined;
  /** Unix time in milliseconds. */
  now: number;
}

interface Page {
  /** Each as JSON text. */
  documents: string[];
  continuation: string | undefined;
  /** How many documents were looked at. */
  loaded: number;
}

/** What Azure puts into one response at most. */
const MAXIMUM_PAGE_BYTES = 4 * 1024 * 1024;

interface Document {
  number: number;
  body: string;
}

/** Runs a query up to the end of a page. @throws CosmosError (400) */
export function readPage(items: ItemTable, partitionKeyPath: readonly string[], request: PageRequest): Page {
  const { query, parameters, now } = request;
  const context: Context = { parameters, root: undefined, bindings: undefined, now, runSubquery };
  const continuation = request.continuation === undefined ? undefined : parseContinuation(request.continuation);
  if (continuation !== undefined && (continuation.kind === 'set') !== isSetQuery(query)) {
    throw badRequest('The continuation token belongs to another query.');
  }
  const page = new PageBuilder(request.maximumItems);
  const documents = counted(page, source(items, partitionKeyPath, request, continuation));
  if (isSetQuery(query)) setPage(page, query, documents, context, continuation);
  else rowPage(page, query, documents, context, continuation?.kind === 'row' ? continuation.position : undefined);
  return page;
}

/** The documents that the query may be about, in the order of their creation. */
function source(
  items: ItemTable,
  partitionKeyPath: readonly string[],
  { query, parameters, partitionKey, now }: PageRequest,
  continuation: Continuation | undefined,
): Iterable<Document> {
  if (query.from.length === 0) return [{ number: 0, body: 'null' }];
  const narrowing = narrow(query, parameters, partitionKeyPath);
  if (partitionKey !== undefined && narrowing.partitionKey !== undefined && partitionKey !== narrowing.partitionKey) return [];
  // Without ORDER BY a page goes on where the last one ended, within the last one's document.
  const isStreamed = continuation?.kind === 'row' && query.orderBy.length === 0;
  return items.scan({
    partitionKey: partitionKey ?? narrowing.partitionKey,
    after: isStreamed ? continuation.position.number - 1 : 0,
    conditions: narrowing.conditions,
    nowSeconds: Math.floor(now / 1000),
  });
}

function* counted(page: PageBuilder, documents: Iterable<Document>): Generator<Document> {
  for (const document of documents) {
    page.loaded += 1;
    yield document;
  }
}

class PageBuilder implements Page {
  readonly documents: string[] = [];
  continuation: string | undefined;
  loaded = 0;
  readonly #maximumItems: number;
  #bytes = 0;

  constructor(maximumItems: number) {
    this.#maximumItems = maximumItems;
  }

  /** False when the page is full: the result belongs to the next one. */
  add(text: string): boolean {
    const isFull = this.documents.length >= this.#maximumItems || this.#bytes + text.length > MAXIMUM_PAGE_BYTES;
    if (isFull && this.documents.length > 0) return false;
    this.documents.push(text);
    this.#bytes += text.length;
    return true;
  }

  continueAt(continuation: Continuation): void {
    this.continuation = formatContinuation(continuation);
  }
}

interface Row {
  number: number;
  row: number;
  keys: Value[];
  context: Context;
  /** The stored text, where all of the document is selected. */
  body: string | undefined;
}

function* rowsOfAll(query: Query, documents: Iterable<Document>, context: Context): Generator<Row> {
  const isWhole = query.select.kind === 'all' && query.from[0]?.collection.kind === 'root' && !query.from[0].iterates;
  for (const { number, body } of documents) {
    const root: JsonValue = JSON.parse(body);
    let row = 0;
    for (const bindings of rowsOf(query, { ...context, root })) {
      const rowContext = { ...context, root, bindings };
      yield { number, row, keys: orderKeys(query, rowContext), context: rowContext, body: isWhole ? body : undefined };
      row += 1;
    }
  }
}

/** The order of the results; rows that ORDER BY leaves equal, or all of them without it, keep the order of their creation. */
function inOrder(query: Query, left: Omit<RowPosition, 'remaining'>, right: Omit<RowPosition, 'remaining'>): number {
  return compareOrderKeys(query, left.keys, right.keys) || left.number - right.number || left.row - right.row;
}

function rowPage(
  page: PageBuilder,
  query: Query,
  documents: Iterable<Document>,
  context: Context,
  after: RowPosition | undefined,
): void {
  const window = windowOf(query, context);
  let skip = after === undefined ? window.skip : 0;
  let last = after ?? { number: 0, row: 0, keys: [], remaining: window.take };
  for (const row of sortedRows(query, rowsOfAll(query, documents, context))) {
    if (last.remaining === 0) return;
    if (after !== undefined && inOrder(query, row, after) <= 0) continue;
    const text = row.body ?? JSON.stringify(project(query, row.context));
    if (text === undefined) continue;
    if (skip > 0) {
      skip -= 1;
      continue;
    }
    if (!page.add(text)) {
      page.continueAt({ kind: 'row', position: last });
      return;
    }
    last = { number: row.number, row: row.row, keys: row.keys, remaining: last.remaining - 1 };
  }
}

/** Without ORDER BY the rows stay a stream, of which only a page is read. */
function sortedRows(query: Query, rows: Iterable<Row>): Iterable<Row> {
  return query.orderBy.length === 0 ? rows : [...rows].sort((left, right) => inOrder(query, left, right));
}

function setPage(
  page: PageBuilder,
  query: Query,
  documents: Iterable<Document>,
  context: Context,
  continuation: Continuation | undefined,
): void {
  const answered = continuation?.kind === 'set' ? continuation.answered : 0;
  const results = selectSet(query, bindingsOf(query, documents, context), context);
  for (const [index, result] of results.entries()) {
    if (index < answered) continue;
    if (page.add(JSON.stringify(result))) continue;
    page.continueAt({ kind: 'set', answered: index });
    return;
  }
}

function* bindingsOf(query: Query, documents: Iterable<Document>, context: Context): Generator<Bindings | undefined> {
  for (const row of rowsOfAll(query, documents, context)) yield row.context.bindings;
}
