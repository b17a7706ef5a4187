import { type Expression, partsOf, type Query } from './syntax.ts';

type Fail = (problem: string) => Error;

/** With aggregates or GROUP BY, everything else that is selected must be one of the groups' expressions. */
export function assertGrouped(query: Query, fail: Fail): void {
  if (!query.hasAggregates && query.groupBy.length === 0) return;
  if (query.orderBy.length > 0) throw fail('ORDER BY cannot be combined with GROUP BY or an aggregate function.');
  if (query.select.kind === 'all') throw fail("'SELECT *' cannot be combined with GROUP BY.");
  const groups = new Set(query.groupBy.map(textOf));
  const { select } = query;
  const selected = select.kind === 'value' ? [select.expression] : select.properties.map((property) => property.expression);
  if (!selected.every((expression) => isGrouped(expression, groups))) {
    throw fail('what is selected must be an aggregate function, or stand in GROUP BY.');
  }
}

function isGrouped(expression: Expression, groups: ReadonlySet<string>): boolean {
  if (expression.kind === 'aggregate' || groups.has(textOf(expression))) return true;
  return expression.kind !== 'identifier' && partsOf(expression).every((part) => isGrouped(part, groups));
}

/** A text that is the same for expressions that are written the same. */
function textOf(expression: Expression): string {
  return JSON.stringify(expression, (name, value: unknown) => (name === 'position' ? undefined : value));
}

/** Azure sorts by its index, so by a path of the document and by nothing that would have to be computed. */
export function assertSortable(expression: Expression, fail: Fail): void {
  let path = expression;
  while (path.kind === 'member' || (path.kind === 'index' && path.index.kind === 'literal')) path = path.object;
  if (path.kind !== 'identifier' || path === expression) throw fail('ORDER BY takes a property path, such as c.name.');
}
