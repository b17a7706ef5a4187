import { FUNCTIONS } from './functions.ts';
import { AGGREGATES, type AggregateName, type Expression, type Query } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';

/** What expressions need of the query around them. */
export interface QueryScope {
  /** Parses a query up to its closing parenthesis. */
  parseSubquery(): Query;
  /** Notes a name that must be an alias of the query, or of one around it. */
  refer(name: string, position: number): void;
  /** Notes an aggregate function; throws where none may be. */
  aggregate(position: number): void;
}

/** Binary operators from the weakest to the strongest. */
const LEVELS: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>', '>>>'], ['+', '-', '||'], ['*', '/', '%']];
const COMPARISONS = ['=', '!=', '<>', '<', '<=', '>', '>='];
const LITERALS: Readonly<Record<string, null | boolean | undefined>> = {
  NULL: null,
  TRUE: true,
  FALSE: false,
  UNDEFINED: undefined,
};

/** Larger than any query a person writes; they bound the recursion here and in the evaluation. */
const MAXIMUM_DEPTH = 200;
const MAXIMUM_OPERATORS = 2000;

export class ExpressionParser {
  readonly #tokens: TokenReader;
  readonly #scope: QueryScope;
  #depth = 0;
  #operators = 0;
  #isInAggregate = false;

  constructor(tokens: TokenReader, scope: QueryScope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  /** @throws CosmosError (400) */
  parse(): Expression {
    this.#depth += 1;
    if (this.#depth > MAXIMUM_DEPTH) throw this.#tokens.error(`the expression is nested deeper than ${MAXIMUM_DEPTH} levels.`);
    const expression = this.#conditional();
    this.#depth -= 1;
    return expression;
  }

  parseList(close: string): Expression[] {
    const list: Expression[] = [];
    if (this.#tokens.take(close)) return list;
    do list.push(this.parse());
    while (this.#tokens.take(','));
    this.#tokens.expect(close);
    return list;
  }

  /** A name with its properties, as FROM takes it. */
  parsePath(): Expression {
    return this.#postfix();
  }

  #operation(expression: Expression): Expression {
    this.#operators += 1;
    if (this.#operators > MAXIMUM_OPERATORS) throw this.#tokens.error(`the query has more than ${MAXIMUM_OPERATORS} operators.`);
    return expression;
  }

  #conditional(): Expression {
    const test = this.#coalesce();
    if (!this.#tokens.take('?')) return test;
    const positive = this.parse();
    this.#tokens.expect(':');
    return { kind: 'conditional', test, positive, negative: this.parse() };
  }

  #coalesce(): Expression {
    let left = this.#or();
    while (this.#tokens.take('??')) left = this.#operation({ kind: 'binary', operator: '??', left, right: this.#or() });
    return left;
  }

  #or(): Expression {
    let left = this.#and();
    while (this.#tokens.take('OR')) left = this.#operation({ kind: 'binary', operator: 'OR', left, right: this.#and() });
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.#tokens.take('AND')) left = this.#operation({ kind: 'binary', operator: 'AND', left, right: this.#not() });
    return left;
  }

  #not(): Expression {
    let negations = 0;
    while (this.#tokens.take('NOT')) negations += 1;
    let expression = this.#comparison();
    for (; negations > 0; negations -= 1) expression = this.#operation(not(expression));
    return expression;
  }

  #comparison(): Expression {
    let left = this.#binary(0);
    for (;;) {
      const comparison = this.#tokens.take(...COMPARISONS);
      if (comparison !== undefined) {
        const operator = comparison.text === '<>' ? '!=' : comparison.text;
        left = this.#operation({ kind: 'binary', operator, left, right: this.#binary(0) });
        continue;
      }
      const isNegated = this.#tokens.at('NOT');
      if (!['IN', 'BETWEEN', 'LIKE'].includes(this.#tokens.peek(isNegated ? 1 : 0).text)) return left;
      if (isNegated) this.#tokens.next();
      const predicate = this.#predicate(left);
      left = isNegated ? not(predicate) : predicate;
    }
  }

  #predicate(value: Expression): Expression {
    if (this.#tokens.take('IN')) {
      this.#tokens.expect('(');
      return { kind: 'in', value, list: this.parseList(')') };
    }
    if (this.#tokens.take('BETWEEN')) {
      const low = this.#binary(0);
      this.#tokens.expect('AND');
      return { kind: 'between', value, low, high: this.#binary(0) };
    }
    this.#tokens.expect('LIKE');
    const pattern = this.#binary(0);
    return { kind: 'like', value, pattern, escape: this.#tokens.take('ESCAPE') ? this.#escape() : undefined };
  }

  #escape(): string {
    const { kind, text } = this.#tokens.peek();
    if (kind !== 'string' || text.length !== 1) throw this.#tokens.error('ESCAPE takes a string of one character.');
    return this.#tokens.next().text;
  }

  #binary(level: number): Expression {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (let token = this.#tokens.take(...operators); token !== undefined; token = this.#tokens.take(...operators)) {
      left = this.#operation({ kind: 'binary', operator: token.text, left, right: this.#binary(level + 1) });
    }
    return left;
  }

  #unary(): Expression {
    const operators: string[] = [];
    for (let token = this.#tokens.take('-', '+', '~'); token !== undefined; token = this.#tokens.take('-', '+', '~'))
      operators.push(token.text);
    let operand = this.#postfix();
    for (const operator of operators.reverse()) operand = this.#operation({ kind: 'unary', operator, operand });
    return operand;
  }

  #postfix(): Expression {
    let object = this.#primary();
    for (;;) {
      if (this.#tokens.take('.')) {
        object = this.#operation({ kind: 'member', object, name: this.#tokens.expectIdentifier('property name').text });
      } else if (this.#tokens.take('[')) {
        const index = this.parse();
        this.#tokens.expect(']');
        const isName = index.kind === 'literal' && typeof index.value === 'string';
        object = this.#operation(
          isName ? { kind: 'member', object, name: String(index.value) } : { kind: 'index', object, index },
        );
      } else return object;
    }
  }

  #primary(): Expression {
    const token = this.#tokens.peek();
    switch (token.kind) {
      case 'number':
        return { kind: 'literal', value: Number(this.#tokens.next().text) };
      case 'string':
        return { kind: 'literal', value: this.#tokens.next().text };
      case 'parameter':
        this.#tokens.next();
        return { kind: 'parameter', name: token.text, position: token.position };
      case 'identifier':
        this.#tokens.next();
        return this.#tokens.at('(') ? this.#call(token.text, token.position) : this.#identifier(token.text, token.position);
      case 'keyword':
        return this.#keyword();
      default:
        return this.#bracketed();
    }
  }

  #identifier(name: string, position: number): Expression {
    this.#scope.refer(name, position);
    return { kind: 'identifier', name, position };
  }

  #call(name: string, position: number): Expression {
    this.#tokens.expect('(');
    const upper = name.toUpperCase();
    const aggregate = AGGREGATES.find((known) => known === upper);
    if (aggregate !== undefined) return this.#aggregate(aggregate, position);
    const arity = FUNCTIONS.get(upper)?.arity;
    if (arity === undefined) throw this.#tokens.error(`'${name}' is not a function that is offered here.`, position);
    const list = this.parseList(')');
    const [least, most] = arity;
    if (list.length < least || list.length > most)
      throw this.#tokens.error(`'${name}' does not take ${list.length} arguments.`, position);
    return { kind: 'call', name: upper, arguments: list, position };
  }

  #aggregate(name: AggregateName, position: number): Expression {
    if (this.#isInAggregate) throw this.#tokens.error('an aggregate function cannot stand inside another.', position);
    this.#scope.aggregate(position);
    this.#isInAggregate = true;
    const argument = this.parse();
    this.#isInAggregate = false;
    this.#tokens.expect(')');
    return { kind: 'aggregate', name, argument, position };
  }

  #keyword(): Expression {
    const { text, position } = this.#tokens.peek();
    if (text in LITERALS) {
      this.#tokens.next();
      return { kind: 'literal', value: LITERALS[text] };
    }
    if (text === 'EXISTS' || text === 'ARRAY') {
      this.#tokens.next();
      this.#tokens.expect('(');
      return { kind: 'subquery', yields: text === 'EXISTS' ? 'exists' : 'array', query: this.#scope.parseSubquery() };
    }
    throw this.#tokens.error(
      text === 'UDF' ? 'user-defined functions are not offered here.' : 'an expression is expected.',
      position,
    );
  }

  #bracketed(): Expression {
    if (this.#tokens.take('(')) {
      if (this.#tokens.at('SELECT')) return { kind: 'subquery', yields: 'value', query: this.#scope.parseSubquery() };
      const expression = this.parse();
      this.#tokens.expect(')');
      return expression;
    }
    if (this.#tokens.take('[')) return { kind: 'array', elements: this.parseList(']') };
    if (this.#tokens.take('{')) return this.#object();
    throw this.#tokens.error('an expression is expected.');
  }

  #object(): Expression {
    const properties: { name: string; expression: Expression }[] = [];
    if (this.#tokens.take('}')) return { kind: 'object', properties };
    do {
      const token = this.#tokens.peek();
      const name = token.kind === 'string' ? this.#tokens.next().text : this.#tokens.expectIdentifier('property name').text;
      this.#tokens.expect(':');
      properties.push({ name, expression: this.parse() });
    } while (this.#tokens.take(','));
    this.#tokens.expect('}');
    return { kind: 'object', properties };
  }
}

function not(operand: Expression): Expression {
  return { kind: 'unary', operator: 'NOT', operand };
}
