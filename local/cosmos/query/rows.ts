import { badRequest } from '../errors.ts';
import { type Aggregate, startAggregate } from './aggregates.ts';
import { type Bindings, type Context, construct, evaluate } from './evaluate.ts';
import { type Expression, partsOf, type Query, type Source } from './syntax.ts';
import { compareForOrder, keyOf, type Value } from './values.ts';

/** What is selected of a set of rows as a whole: those that DISTINCT, GROUP BY and aggregate functions look at together. */
export function isSetQuery(query: Query): boolean {
  return query.distinct || query.hasAggregates || query.groupBy.length > 0;
}

/** The rows that one document (or, in a subquery, the row around it) gives: one for each combination of the joined elements. */
export function* rowsOf(query: Query, context: Context): Generator<Bindings | undefined> {
  for (const bindings of joined(query.from, 0, context)) {
    if (query.where === undefined || evaluate(query.where, { ...context, bindings }) === true) yield bindings;
  }
}

function* joined(sources: readonly Source[], index: number, context: Context): Generator<Bindings | undefined> {
  const source = sources[index];
  if (source === undefined) {
    yield context.bindings;
    return;
  }
  for (const value of elements(source, context)) {
    if (value === undefined) continue;
    yield* joined(sources, index + 1, { ...context, bindings: { name: source.alias, value, outer: context.bindings } });
  }
}

function elements({ collection, iterates }: Source, context: Context): readonly Value[] {
  const values = collection.kind === 'rows' ? context.runSubquery(collection.query, context) : [evaluate(collection, context)];
  return iterates ? values.flatMap((value) => (Array.isArray(value) ? value : [])) : values;
}

/** What is selected of one row; undefined when that is nothing. */
export function project(query: Query, context: Context): Value {
  const { select, from } = query;
  if (select.kind === 'value') return evaluate(select.expression, context);
  if (select.kind === 'list') return construct(select.properties, context);
  const alias = from[0]?.alias;
  return evaluate({ kind: 'identifier', name: alias ?? '', position: 0 }, context);
}

/** The values that ORDER BY compares. */
export function orderKeys(query: Query, context: Context): Value[] {
  return query.orderBy.map((item) => evaluate(item.expression, context));
}

export function compareOrderKeys(query: Query, left: readonly Value[], right: readonly Value[]): number {
  for (const [index, { descending }] of query.orderBy.entries()) {
    const order = compareForOrder(left[index], right[index]);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

/** All results of a set query, in their order. */
export function selectSet(query: Query, rows: Iterable<Bindings | undefined>, context: Context): Value[] {
  const isGrouped = query.hasAggregates || query.groupBy.length > 0;
  const selected = isGrouped ? groups(query, rows, context) : ordered(query, rows, context);
  const defined = selected.filter((value) => value !== undefined);
  return window(query, query.distinct ? distinct(defined) : defined, context);
}

interface Group {
  /** Its first row stands for it where what GROUP BY names is selected. */
  bindings: Bindings | undefined;
  aggregates: Map<Expression, Aggregate>;
}

function groups(query: Query, rows: Iterable<Bindings | undefined>, context: Context): Value[] {
  const functions = aggregatesOf(query);
  const start = (bindings: Bindings | undefined): Group => ({
    bindings,
    aggregates: new Map(functions.map((expression) => [expression, startAggregate(expression.name)])),
  });
  // Without GROUP BY there is one group, of all rows, even when there are none.
  const byKey = new Map<string, Group>(query.groupBy.length === 0 ? [['', start(undefined)]] : []);
  for (const bindings of rows) {
    const row = { ...context, bindings };
    const key = query.groupBy.map((expression) => keyOf(evaluate(expression, row))).join(',');
    const group = byKey.get(key) ?? start(bindings);
    byKey.set(key, group);
    for (const expression of functions) group.aggregates.get(expression)?.add(evaluate(expression.argument, row));
  }
  return [...byKey.values()].map(({ bindings, aggregates }) => project(query, { ...context, bindings, aggregates }));
}

function aggregatesOf({ select }: Query): (Expression & { kind: 'aggregate' })[] {
  const find = (expression: Expression): (Expression & { kind: 'aggregate' })[] =>
    expression.kind === 'aggregate' ? [expression] : partsOf(expression).flatMap(find);
  if (select.kind === 'value') return find(select.expression);
  return select.kind === 'list' ? select.properties.flatMap((property) => find(property.expression)) : [];
}

function ordered(query: Query, rows: Iterable<Bindings | undefined>, context: Context): Value[] {
  const all = [...rows].map((bindings) => ({ ...context, bindings }));
  if (query.orderBy.length === 0) return all.map((row) => project(query, row));
  return all
    .map((row) => ({ row, keys: orderKeys(query, row) }))
    .sort((left, right) => compareOrderKeys(query, left.keys, right.keys))
    .map(({ row }) => project(query, row));
}

function distinct(values: readonly Value[]): Value[] {
  return [...new Map(values.map((value) => [keyOf(value), value])).values()];
}

/** TOP, or OFFSET and LIMIT. */
function window<T>(query: Query, results: readonly T[], context: Context): T[] {
  const { skip, take } = windowOf(query, context);
  return results.slice(skip, skip + take);
}

export function windowOf(query: Query, context: Context): { skip: number; take: number } {
  const count = (expression: Query['top'], name: string, otherwise: number): number => {
    if (expression === undefined) return otherwise;
    const value = evaluate(expression, { ...context, bindings: undefined });
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
    throw badRequest(`${name} must be a whole number, not ${JSON.stringify(value)}.`);
  };
  const take = query.top === undefined ? count(query.limit, 'LIMIT', Number.MAX_SAFE_INTEGER) : count(query.top, 'TOP', 0);
  return { skip: count(query.offset, 'OFFSET', 0), take };
}

/** The results of a query in parentheses, for the row around it. */
export function runSubquery(query: Query, context: Context): Value[] {
  const rows = rowsOf(query, context);
  if (isSetQuery(query)) return selectSet(query, rows, context);
  return window(query, ordered(query, rows, context), context).filter((value) => value !== undefined);
}
