import type { Value } from './values.ts';

/** A query as it was parsed. `position` counts characters of the text, from 0. */
export interface Query {
  select: Select;
  distinct: boolean;
  top: Expression | undefined;
  /** Empty for a query without FROM, which has one row. */
  from: Source[];
  where: Expression | undefined;
  groupBy: Expression[];
  orderBy: OrderItem[];
  offset: Expression | undefined;
  limit: Expression | undefined;
  hasAggregates: boolean;
}

export type Select =
  | { kind: 'all' }
  | { kind: 'value'; expression: Expression }
  | { kind: 'list'; properties: { name: string; expression: Expression }[] };

/** `collection AS alias`, or `alias IN collection`, which has a row for each element. */
export interface Source {
  alias: string;
  collection: Expression | { kind: 'rows'; query: Query };
  iterates: boolean;
}

export interface OrderItem {
  expression: Expression;
  descending: boolean;
}

export type Expression =
  | { kind: 'literal'; value: Value }
  | { kind: 'parameter'; name: string; position: number }
  /** The document that the row is about. */
  | { kind: 'root' }
  | { kind: 'identifier'; name: string; position: number }
  | { kind: 'member'; object: Expression; name: string }
  | { kind: 'index'; object: Expression; index: Expression }
  | { kind: 'unary'; operator: string; operand: Expression }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression }
  | { kind: 'conditional'; test: Expression; positive: Expression; negative: Expression }
  | { kind: 'in'; value: Expression; list: Expression[] }
  | { kind: 'between'; value: Expression; low: Expression; high: Expression }
  | { kind: 'like'; value: Expression; pattern: Expression; escape: string | undefined }
  | { kind: 'call'; name: string; arguments: Expression[]; position: number }
  | { kind: 'aggregate'; name: AggregateName; argument: Expression; position: number }
  | { kind: 'object'; properties: { name: string; expression: Expression }[] }
  | { kind: 'array'; elements: Expression[] }
  /** A query in parentheses: its one value, all of them, or whether there are some. */
  | { kind: 'subquery'; yields: 'value' | 'exists' | 'array'; query: Query };

export const AGGREGATES = ['COUNT', 'SUM', 'AVG', 'MIN', 'MAX'] as const;
export type AggregateName = (typeof AGGREGATES)[number];

/** The parts of an expression, those of its subqueries left out. */
export function partsOf(expression: Expression): Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'parameter':
    case 'root':
    case 'identifier':
    case 'subquery':
      return [];
    case 'member':
      return [expression.object];
    case 'index':
      return [expression.object, expression.index];
    case 'unary':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'conditional':
      return [expression.test, expression.positive, expression.negative];
    case 'in':
      return [expression.value, ...expression.list];
    case 'between':
      return [expression.value, expression.low, expression.high];
    case 'like':
      return [expression.value, expression.pattern];
    case 'call':
      return expression.arguments;
    case 'aggregate':
      return [expression.argument];
    case 'object':
      return expression.properties.map((property) => property.expression);
    case 'array':
      return expression.elements;
  }
}
