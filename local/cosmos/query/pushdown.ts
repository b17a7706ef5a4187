import { propertyColumn, type SqlCondition } from '../item-table.ts';
import type { Expression, Query } from './syntax.ts';
import type { Value } from './values.ts';

/** What SQLite can leave out of a scan. The evaluator decides over what remains, so too wide is harmless, too narrow is not. */
interface Narrowing {
  /** Canonical text of the one partition key value that can match. */
  partitionKey: string | undefined;
  conditions: SqlCondition[];
}

const OPERATORS: Readonly<Record<string, string>> = { '=': '=', '<': '<', '<=': '<=', '>': '>', '>=': '>=' };
const MIRRORED: Readonly<Record<string, string>> = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' };
const MOST_CANDIDATES = 500;
/** SQLite bounds the depth of an expression. */
const MOST_TERMS = 100;
/** What UTF-8 or SQLite's text functions do not carry over: lone surrogates and the NUL character. */
const UNCOMPARABLE = /[\p{Surrogate}\0]/u;

/** Finds the terms of WHERE that compare a property of the document with a constant, joined by AND. */
export function narrow(query: Query, parameters: ReadonlyMap<string, Value>, partitionKeyPath: readonly string[]): Narrowing {
  const narrowing: Narrowing = { partitionKey: undefined, conditions: [] };
  const [source] = query.from;
  if (source === undefined || source.collection.kind !== 'root' || query.where === undefined) return narrowing;
  const document: Document = { alias: source.alias, parameters };
  for (const term of conjuncts(query.where).slice(0, MOST_TERMS)) {
    const condition = term.kind === 'in' ? inCondition(term, document) : undefined;
    if (condition !== undefined) narrowing.conditions.push(condition);
    if (term.kind !== 'binary') continue;
    const comparison = comparisonOf(term, document);
    if (comparison === undefined) continue;
    const { path, operator, value } = comparison;
    if (operator === '=' && isSamePath(path, partitionKeyPath)) narrowing.partitionKey = JSON.stringify(value);
    else narrowing.conditions.push({ sql: `${column(path)} ${operator} ?`, values: [value], property: topLevel(path) });
  }
  return narrowing;
}

interface Document {
  alias: string;
  parameters: ReadonlyMap<string, Value>;
}

interface Comparison {
  path: string[];
  operator: string;
  value: string | number;
}

function conjuncts(expression: Expression): Expression[] {
  if (expression.kind !== 'binary' || expression.operator !== 'AND') return [expression];
  return [...conjuncts(expression.left), ...conjuncts(expression.right)];
}

function comparisonOf({ operator, left, right }: Expression & { kind: 'binary' }, document: Document): Comparison | undefined {
  return compared(left, OPERATORS[operator], right, document) ?? compared(right, MIRRORED[operator], left, document);
}

function compared(
  property: Expression,
  operator: string | undefined,
  constant: Expression,
  document: Document,
): Comparison | undefined {
  const path = pathOf(property, document.alias);
  const value = constantOf(constant, document.parameters);
  return path === undefined || value === undefined || operator === undefined ? undefined : { path, operator, value };
}

function inCondition({ value, list }: Expression & { kind: 'in' }, { alias, parameters }: Document): SqlCondition | undefined {
  const path = pathOf(value, alias);
  const candidates = list.map((candidate) => constantOf(candidate, parameters)).filter((candidate) => candidate !== undefined);
  if (path === undefined || candidates.length < list.length || candidates.length > MOST_CANDIDATES) return undefined;
  return { sql: `${column(path)} IN (${candidates.map(() => '?').join(', ')})`, values: candidates };
}

/** The names from the document to the property, of characters that mean nothing else in SQLite's paths. */
function pathOf(expression: Expression, alias: string): string[] | undefined {
  if (expression.kind === 'identifier') return expression.name === alias ? [] : undefined;
  if (expression.kind !== 'member' || !/^[\w-]+$/.test(expression.name)) return undefined;
  const path = pathOf(expression.object, alias);
  return path === undefined ? undefined : [...path, expression.name];
}

/** A constant that SQLite compares as the query language does. */
function constantOf(expression: Expression, parameters: ReadonlyMap<string, Value>): string | number | undefined {
  let value: Value;
  if (expression.kind === 'literal') value = expression.value;
  else if (expression.kind === 'parameter') value = parameters.get(expression.name);
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  return typeof value === 'string' && !UNCOMPARABLE.test(value) ? value : undefined;
}

function topLevel(path: readonly string[]): string | undefined {
  return path.length === 1 ? path[0] : undefined;
}

function column(path: readonly string[]): string {
  if (path.length === 1 && path[0] === 'id') return 'id';
  return propertyColumn(path);
}

function isSamePath(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name, index) => name === right[index]);
}
