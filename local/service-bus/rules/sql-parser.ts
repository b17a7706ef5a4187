import type { ArithmeticOperator } from '../../sql/arithmetic.ts';
import type { ActionStatement, ComparisonOperator, Expression, Predicate, PropertyName } from './sql-syntax.ts';
import { syntaxError, type Token, tokenize } from './sql-tokens.ts';
import { SYSTEM_PROPERTIES } from './system-fields.ts';

/** Brackets, signs and negations may nest this deep. */
const MAX_DEPTH = 64;

const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
};
const SUMS: Readonly<Record<string, ArithmeticOperator>> = { '+': '+', '-': '-' };
const PRODUCTS: Readonly<Record<string, ArithmeticOperator>> = { '*': '*', '/': '/', '%': '%' };

/** Words that are no property's name unless they are quoted. */
const KEYWORDS = new Set(['AND', 'OR', 'NOT', 'IN', 'LIKE', 'ESCAPE', 'IS', 'NULL', 'EXISTS', 'TRUE', 'FALSE', 'SET', 'REMOVE']);

/** Brackets may hold either, and only what follows them tells which was needed. */
type Parsed =
  | { readonly predicate: Predicate; readonly expression?: undefined }
  | { readonly expression: Expression; readonly predicate?: undefined };

/** @throws BrokerError (argument error) that says where the text stops being a condition */
export function parseCondition(text: string): Predicate {
  const parser = new SqlParser(text);
  const condition = parser.condition();
  parser.expectEnd();
  return condition;
}

/** @throws BrokerError (argument error) that says where the text stops being statements */
export function parseAction(text: string): ActionStatement[] {
  const parser = new SqlParser(text);
  const statements: ActionStatement[] = [];
  do {
    if (!parser.atEnd()) statements.push(parser.statement());
  } while (parser.takeSymbol(';'));
  parser.expectEnd();
  return statements;
}

class SqlParser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  condition(): Predicate {
    const { at } = this.#token;
    const { predicate } = this.#or();
    if (predicate === undefined) throw syntaxError(this.#text, at, 'a condition is expected here, not a value');
    return predicate;
  }

  statement(): ActionStatement {
    if (this.#takeWord('SET')) {
      const property = this.#property();
      this.#expectSymbol('=');
      return { kind: 'set', property, value: this.#value(() => this.#sum()) };
    }
    if (this.#takeWord('REMOVE')) return { kind: 'remove', property: this.#property() };
    throw this.#unexpected('SET or REMOVE is expected');
  }

  atEnd(): boolean {
    return this.#token.kind === 'end';
  }

  expectEnd(): void {
    if (!this.atEnd()) throw this.#unexpected('nothing more is expected');
  }

  takeSymbol(symbol: string): boolean {
    const found = this.#token.kind === 'symbol' && this.#token.text === symbol;
    if (found) this.#next += 1;
    return found;
  }

  #or(): Parsed {
    return this.#joined('or', () => this.#and());
  }

  #and(): Parsed {
    return this.#joined('and', () => this.#not());
  }

  #joined(kind: 'and' | 'or', operand: () => Parsed): Parsed {
    let left = operand();
    while (this.#peekWord(kind.toUpperCase())) {
      const before = this.#asPredicate(left);
      this.#next += 1;
      left = { predicate: { kind, left: before, right: this.#asPredicate(operand()) } };
    }
    return left;
  }

  #not(): Parsed {
    if (!this.#takeWord('NOT')) return this.#test();
    return this.#nested(() => ({ predicate: { kind: 'not', operand: this.#asPredicate(this.#not()) } }));
  }

  #test(): Parsed {
    if (this.#takeWord('EXISTS')) {
      this.#expectSymbol('(');
      const property = this.#property();
      this.#expectSymbol(')');
      return { predicate: { kind: 'exists', property } };
    }
    const left = this.#sum();
    const comparison = this.#token.kind === 'symbol' ? COMPARISONS[this.#token.text] : undefined;
    if (comparison !== undefined) {
      const value = this.#asExpression(left);
      this.#next += 1;
      return { predicate: { kind: 'comparison', operator: comparison, left: value, right: this.#value(() => this.#sum()) } };
    }
    if (this.#peekWord('IS')) return { predicate: this.#nullTest(this.#asExpression(left)) };
    if (this.#peekWord('NOT') || this.#peekWord('IN') || this.#peekWord('LIKE')) {
      const value = this.#asExpression(left);
      const negated = this.#takeWord('NOT');
      const predicate = this.#takeWord('IN') ? this.#choice(value) : this.#like(value);
      return { predicate: negated ? { kind: 'not', operand: predicate } : predicate };
    }
    return left;
  }

  #nullTest(value: Expression): Predicate {
    if (value.kind !== 'property') throw this.#unexpected('IS NULL is asked of a property only');
    this.#next += 1;
    const negated = this.#takeWord('NOT');
    if (!this.#takeWord('NULL')) throw this.#unexpected('NULL is expected');
    const test: Predicate = { kind: 'is-null', property: value.property };
    return negated ? { kind: 'not', operand: test } : test;
  }

  #choice(value: Expression): Predicate {
    this.#expectSymbol('(');
    const choices: Expression[] = [];
    do choices.push(this.#value(() => this.#sum()));
    while (this.takeSymbol(','));
    this.#expectSymbol(')');
    return { kind: 'in', value, choices };
  }

  #like(value: Expression): Predicate {
    if (!this.#takeWord('LIKE')) throw this.#unexpected('IN or LIKE is expected');
    const pattern = this.#value(() => this.#sum());
    const escapeCharacter = this.#takeWord('ESCAPE') ? this.#value(() => this.#sum()) : undefined;
    return { kind: 'like', value, pattern, escapeCharacter };
  }

  #sum(): Parsed {
    return this.#operations(SUMS, () => this.#product());
  }

  #product(): Parsed {
    return this.#operations(PRODUCTS, () => this.#signed());
  }

  #operations(operators: Readonly<Record<string, ArithmeticOperator>>, operand: () => Parsed): Parsed {
    let left = operand();
    for (;;) {
      const operator = this.#token.kind === 'symbol' ? operators[this.#token.text] : undefined;
      if (operator === undefined) return left;
      const before = this.#asExpression(left);
      this.#next += 1;
      left = { expression: { kind: 'arithmetic', operator, left: before, right: this.#value(operand) } };
    }
  }

  #signed(): Parsed {
    for (const operator of ['+', '-'] as const) {
      if (!this.takeSymbol(operator)) continue;
      return this.#nested(() => ({ expression: { kind: 'sign', operator, operand: this.#value(() => this.#signed()) } }));
    }
    return this.#primary();
  }

  #primary(): Parsed {
    const token = this.#token;
    if (this.takeSymbol('(')) {
      return this.#nested(() => {
        const inner = this.#or();
        this.#expectSymbol(')');
        return inner;
      });
    }
    if (token.kind === 'string' || token.kind === 'number') {
      this.#next += 1;
      return { expression: { kind: 'constant', value: token.kind === 'string' ? token.text : Number(token.text) } };
    }
    if (this.#takeWord('TRUE')) return { expression: { kind: 'constant', value: true } };
    if (this.#takeWord('FALSE')) return { expression: { kind: 'constant', value: false } };
    if (this.#takeWord('NULL')) return { expression: { kind: 'constant', value: null } };
    return { expression: this.#call() ?? { kind: 'property', property: this.#property() } };
  }

  /** `newid()`, `property(name)` or `p(name)`. */
  #call(): Expression | undefined {
    const after = this.#tokens[this.#next + 1];
    if (this.#token.kind !== 'word' || after?.kind !== 'symbol' || after.text !== '(') return undefined;
    const name = this.#token.text.toLowerCase();
    if (name !== 'newid' && name !== 'property' && name !== 'p')
      throw this.#unexpected('only newid() and property() are functions');
    this.#next += 2;
    const call: Expression =
      name === 'newid' ? { kind: 'new-id' } : { kind: 'property-by-name', name: this.#value(() => this.#sum()) };
    this.#expectSymbol(')');
    return call;
  }

  #property(): PropertyName {
    const { at } = this.#token;
    const first = this.#name();
    if (!this.takeSymbol('.')) return { scope: 'user', name: first };
    const scope = first.toLowerCase();
    if (scope !== 'sys' && scope !== 'user') throw syntaxError(this.#text, at, 'the scope of a property is sys or user');
    const name = this.#name();
    if (scope === 'user') return { scope, name };
    if (!SYSTEM_PROPERTIES.has(name.toLowerCase())) {
      throw syntaxError(this.#text, at, `there is no system property ${name} that a rule can use`);
    }
    return { scope, name: name.toLowerCase() };
  }

  #name(): string {
    const token = this.#token;
    const isName = token.kind === 'quoted-name' || (token.kind === 'word' && !KEYWORDS.has(token.text.toUpperCase()));
    if (!isName) throw this.#unexpected('a value or the name of a property is expected');
    this.#next += 1;
    return token.text;
  }

  #value(parse: () => Parsed): Expression {
    return this.#asExpression(parse());
  }

  #asExpression(parsed: Parsed): Expression {
    if (parsed.expression === undefined) throw this.#unexpected('what stands before is a condition, where a value is needed');
    return parsed.expression;
  }

  #asPredicate(parsed: Parsed): Predicate {
    if (parsed.predicate === undefined) throw this.#unexpected('what stands before is a value, where a condition is needed');
    return parsed.predicate;
  }

  #nested(parse: () => Parsed): Parsed {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#unexpected(`it is nested more than ${MAX_DEPTH} levels deep`);
    const parsed = parse();
    this.#depth -= 1;
    return parsed;
  }

  #peekWord(word: string): boolean {
    return this.#token.kind === 'word' && this.#token.text.toUpperCase() === word;
  }

  #takeWord(word: string): boolean {
    const found = this.#peekWord(word);
    if (found) this.#next += 1;
    return found;
  }

  #expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw this.#unexpected(`"${symbol}" is expected`);
  }

  #unexpected(expected: string): Error {
    return syntaxError(this.#text, this.#token.at, expected);
  }

  get #token(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: this.#text.length };
  }
}
