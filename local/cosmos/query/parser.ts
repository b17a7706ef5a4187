import { badRequest } from '../errors.ts';
import { ExpressionParser, type QueryScope } from './expression-parser.ts';
import { assertGrouped, assertSortable } from './query-rules.ts';
import type { Expression, OrderItem, Query, Select, Source } from './syntax.ts';
import { TokenReader } from './token-reader.ts';

const MAXIMUM_LENGTH = 512 * 1024;
const KEPT_QUERIES = 500;

const parsed = new Map<string, Query>();

/**
 * Parses a query. What was parsed lately is kept: services send the same texts with other parameters.
 *
 * @throws CosmosError (400) with the place of the problem
 */
export function parseQuery(text: string): Query {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  if (text.length > MAXIMUM_LENGTH) throw badRequest(`The query is longer than ${MAXIMUM_LENGTH} characters.`);
  const tokens = new TokenReader(text);
  const query = new QueryParser(tokens, undefined).parse();
  if (tokens.peek().kind !== 'end') throw tokens.error('the query should end here.');
  return keep(text, query);
}

/** Parses `FROM c WHERE …`, the condition of a patch. @throws CosmosError (400) */
export function parseFilter(text: string): Query {
  return parseQuery(`SELECT VALUE true ${text}`);
}

function keep(text: string, query: Query): Query {
  if (parsed.size >= KEPT_QUERIES) parsed.delete(parsed.keys().next().value ?? '');
  parsed.set(text, query);
  return query;
}

interface Reference {
  name: string;
  position: number;
}

/** One SELECT; those in parentheses have a parser of their own, which sees the aliases of this one. */
class QueryParser implements QueryScope {
  readonly #tokens: TokenReader;
  readonly #outer: QueryParser | undefined;
  readonly #expressions: ExpressionParser;
  #references: Reference[] = [];
  #hasAggregates = false;
  #mayAggregate = false;
  #unnamed = 0;
  /** What the outermost FROM calls the container. */
  #rootName = '';

  constructor(tokens: TokenReader, outer: QueryParser | undefined) {
    this.#tokens = tokens;
    this.#outer = outer;
    this.#expressions = new ExpressionParser(tokens, this);
  }

  parse(): Query {
    const tokens = this.#tokens;
    const start = tokens.expect('SELECT').position;
    let distinct = tokens.take('DISTINCT') !== undefined;
    const top = tokens.take('TOP') ? this.#count('TOP') : undefined;
    distinct ||= tokens.take('DISTINCT') !== undefined;
    const select = this.#select();
    if (select.kind === 'all' && !tokens.at('FROM')) throw tokens.error("'FROM' is expected.");
    const from = this.#from();
    if (select.kind === 'all' && from.length > 1)
      throw tokens.error("'SELECT *' takes one collection: name what to select of a JOIN.", start);
    const where = tokens.take('WHERE') ? this.#expressions.parse() : undefined;
    const groupBy = tokens.take('GROUP') ? this.#groupBy() : [];
    const orderBy = tokens.take('ORDER') ? this.#orderBy() : [];
    const offset = tokens.take('OFFSET') ? this.#count('OFFSET') : undefined;
    if (offset !== undefined && !tokens.at('LIMIT')) throw tokens.error('OFFSET must be followed by LIMIT.');
    const limit = tokens.take('LIMIT') ? this.#count('LIMIT') : undefined;
    if (limit !== undefined && offset === undefined) throw tokens.error('LIMIT needs OFFSET before it.');
    if (limit !== undefined && top !== undefined) throw tokens.error('TOP and OFFSET … LIMIT exclude each other.');
    const query: Query = {
      select,
      distinct,
      top,
      from,
      where,
      groupBy,
      orderBy,
      offset,
      limit,
      hasAggregates: this.#hasAggregates,
    };
    assertGrouped(query, (problem) => tokens.error(problem, start));
    this.#resolve(from);
    return query;
  }

  parseSubquery(): Query {
    const query = new QueryParser(this.#tokens, this).parse();
    this.#tokens.expect(')');
    return query;
  }

  refer(name: string, position: number): void {
    this.#references.push({ name, position });
  }

  aggregate(position: number): void {
    if (!this.#mayAggregate) throw this.#tokens.error('an aggregate function may only stand in SELECT.', position);
    this.#hasAggregates = true;
  }

  /** A number or a parameter: what follows a count may be a `*` that is no multiplication. */
  #count(clause: string): Expression {
    const { kind, text, position } = this.#tokens.peek();
    if (kind !== 'number' && kind !== 'parameter') throw this.#tokens.error(`${clause} takes a number or a parameter.`);
    this.#tokens.next();
    return kind === 'number' ? { kind: 'literal', value: Number(text) } : { kind: 'parameter', name: text, position };
  }

  #select(): Select {
    if (this.#tokens.take('*')) return { kind: 'all' };
    this.#mayAggregate = true;
    const select = this.#tokens.take('VALUE') ? this.#selectValue() : this.#selectList();
    this.#mayAggregate = false;
    return select;
  }

  #selectValue(): Select {
    return { kind: 'value', expression: this.#expressions.parse() };
  }

  #selectList(): Select {
    const properties: { name: string; expression: Expression }[] = [];
    do {
      const { position } = this.#tokens.peek();
      const expression = this.#expressions.parse();
      const hasAlias = this.#tokens.take('AS') !== undefined || this.#tokens.peek().kind === 'identifier';
      const name = hasAlias ? this.#tokens.expectIdentifier('alias').text : this.#nameOf(expression);
      if (properties.some((property) => property.name === name)) {
        throw this.#tokens.error(`'${name}' is selected twice: give one of them another alias.`, position);
      }
      properties.push({ name, expression });
    } while (this.#tokens.take(','));
    return { kind: 'list', properties };
  }

  #nameOf(expression: Expression): string {
    if (expression.kind === 'member' || expression.kind === 'identifier') return expression.name;
    this.#unnamed += 1;
    return `$${this.#unnamed}`;
  }

  #from(): Source[] {
    const sources: Source[] = [];
    if (!this.#tokens.take('FROM')) return sources;
    do {
      const source = this.#source(sources.length === 0);
      if (sources.some((other) => other.alias === source.alias))
        throw this.#tokens.error(`'${source.alias}' names two collections.`);
      sources.push(source);
    } while (this.#tokens.take('JOIN'));
    return sources;
  }

  #source(isFirst: boolean): Source {
    if (this.#tokens.peek(1).text === 'IN') {
      const alias = this.#tokens.expectIdentifier('alias').text;
      this.#tokens.expect('IN');
      return { alias, collection: this.#collection(isFirst), iterates: true };
    }
    const collection = this.#collection(isFirst);
    const hasAlias = this.#tokens.take('AS') !== undefined || this.#tokens.peek().kind === 'identifier';
    if (hasAlias) return { alias: this.#tokens.expectIdentifier('alias').text, collection, iterates: false };
    if (collection.kind === 'root') return { alias: this.#rootName, collection, iterates: false };
    if (collection.kind === 'identifier' || collection.kind === 'member')
      return { alias: collection.name, collection, iterates: false };
    throw this.#tokens.error('the collection needs an alias.');
  }

  #collection(isFirst: boolean): Source['collection'] {
    if (this.#tokens.at('(')) {
      this.#tokens.next();
      return { kind: 'rows', query: this.parseSubquery() };
    }
    const known = this.#references.length;
    const path = this.#expressions.parsePath();
    if (!isFirst || this.#outer !== undefined) return path;
    // The first name of the outermost FROM is the container, whatever it is called.
    this.#references.splice(known, 1);
    return this.#rooted(path);
  }

  #rooted(path: Expression): Expression {
    if (path.kind === 'identifier') {
      this.#rootName = path.name;
      return { kind: 'root' };
    }
    if (path.kind !== 'member') throw this.#tokens.error('a collection must be a path.');
    return { ...path, object: this.#rooted(path.object) };
  }

  #groupBy(): Expression[] {
    this.#tokens.expect('BY');
    const expressions = [this.#expressions.parse()];
    while (this.#tokens.take(',')) expressions.push(this.#expressions.parse());
    return expressions;
  }

  #orderBy(): OrderItem[] {
    this.#tokens.expect('BY');
    const items: OrderItem[] = [];
    do {
      const { position } = this.#tokens.peek();
      const expression = this.#expressions.parse();
      assertSortable(expression, (problem) => this.#tokens.error(problem, position));
      items.push({ expression, descending: this.#tokens.take('ASC', 'DESC')?.text === 'DESC' });
    } while (this.#tokens.take(','));
    return items;
  }

  /** What is no alias here must be one of the query around. */
  #resolve(from: readonly Source[]): void {
    for (const reference of this.#references) {
      if (from.some((source) => source.alias === reference.name)) continue;
      if (this.#outer === undefined)
        throw this.#tokens.error(`'${reference.name}' is no alias of a collection in FROM.`, reference.position);
      this.#outer.refer(reference.name, reference.position);
    }
  }
}
