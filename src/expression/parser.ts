import {
  type BinaryOperator,
  type Clause,
  type CompareOperator,
  childrenOf,
  type NamedArgument,
  type Node,
  type Shape,
  type Target,
} from './ast.ts';
import { ExpressionError } from './errors.ts';
import { MAX_NESTING, MAX_SOURCE_LENGTH, MAX_TREE_DEPTH } from './limits.ts';
import { type Token, tokenize } from './tokens.ts';

const CONSTANTS: ReadonlyMap<string, null | boolean> = new Map([
  ['None', null],
  ['True', true],
  ['False', false],
  ['null', null],
  ['true', true],
  ['false', false],
]);
const KEYWORDS: ReadonlySet<string> = new Set([
  'and',
  'or',
  'not',
  'in',
  'is',
  'if',
  'else',
  'for',
  'lambda',
  'async',
  'await',
  'yield',
]);
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);
const UNSUPPORTED_OPERATORS: ReadonlySet<string> = new Set(['|', '&', '^', '~', '<<', '>>', '@', ':=']);

/**
 * Reads an expression: the grammar of Python's, without statements, lambda, f-strings, generators and bit operators.
 * Binds weakest first: `if else`, `or`, `and`, `not`, comparisons, `+ -`, `* / // %`, signs, `**`, then calls and access.
 *
 * @throws ExpressionError
 */
export function parse(source: string): Node {
  if (source.length > MAX_SOURCE_LENGTH) {
    const message = `The expression has ${source.length} characters; at most ${MAX_SOURCE_LENGTH} are read.`;
    throw new ExpressionError('expression_too_long', message, MAX_SOURCE_LENGTH);
  }
  return new Parser(tokenize(source)).parseAll();
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #nesting = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parseAll(): Node {
    if (this.#atEnd()) throw this.#error('expression_parse', 'The expression is empty.');
    const node = this.#expressionOrTuple();
    if (!this.#atEnd()) throw this.#unexpected('the end of the expression');
    return node;
  }

  #expressionOrTuple(): Node {
    const offset = this.#token.offset;
    const first = this.#expression();
    if (!this.#isOperator(',')) return first;
    const items = [first];
    while (this.#skipOperator(',') && !this.#atClosing()) items.push(this.#expression());
    return this.#node(offset, { type: 'tuple', items });
  }

  #expression(): Node {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) {
      throw this.#error('depth_exceeded', `The expression is nested deeper than ${MAX_NESTING} levels.`);
    }
    if (this.#isName('lambda')) throw this.#error('syntax_not_supported', 'lambda is not supported; use a comprehension.');
    const { offset } = this.#token;
    const then = this.#or();
    let node = then;
    if (this.#skipName('if')) {
      const test = this.#or();
      if (!this.#skipName('else')) throw this.#unexpected("'else'");
      node = this.#node(offset, { type: 'conditional', test, then, otherwise: this.#expression() });
    }
    this.#nesting -= 1;
    return node;
  }

  #or(): Node {
    return this.#logical('or', () => this.#and());
  }

  #and(): Node {
    return this.#logical('and', () => this.#not());
  }

  #logical(operator: 'and' | 'or', operand: () => Node): Node {
    const { offset } = this.#token;
    const operands = [operand()];
    while (this.#skipName(operator)) operands.push(operand());
    const [only] = operands;
    return operands.length === 1 && only !== undefined ? only : this.#node(offset, { type: 'logical', operator, operands });
  }

  #not(): Node {
    const { offset } = this.#token;
    let negations = 0;
    while (this.#skipName('not')) negations += 1;
    let node = this.#comparison();
    for (; negations > 0; negations -= 1) node = this.#node(offset, { type: 'unary', operator: 'not', operand: node });
    return node;
  }

  #comparison(): Node {
    const { offset } = this.#token;
    const first = this.#sum();
    const rest: { operator: CompareOperator; operand: Node }[] = [];
    for (let operator = this.#compareOperator(); operator !== undefined; operator = this.#compareOperator()) {
      rest.push({ operator, operand: this.#sum() });
    }
    return rest.length === 0 ? first : this.#node(offset, { type: 'compare', first, rest });
  }

  #compareOperator(): CompareOperator | undefined {
    const token = this.#token;
    if (token.type === 'operator' && isComparison(token.text)) {
      this.#at += 1;
      return token.text;
    }
    if (this.#skipName('in')) return 'in';
    if (this.#skipName('is')) return this.#skipName('not') ? 'is not' : 'is';
    const next = this.#tokens[this.#at + 1];
    if (!this.#isName('not') || next?.type !== 'name' || next.text !== 'in') return undefined;
    this.#at += 2;
    return 'not in';
  }

  #sum(): Node {
    return this.#binary(['+', '-'], () => this.#binary(['*', '/', '//', '%'], () => this.#signed()));
  }

  #binary(operators: readonly BinaryOperator[], operand: () => Node): Node {
    let left = operand();
    for (;;) {
      const { offset } = this.#token;
      const operator = operators.find((candidate) => this.#isOperator(candidate));
      if (operator === undefined) return left;
      this.#at += 1;
      left = this.#node(offset, { type: 'binary', operator, left, right: operand() });
    }
  }

  #signed(): Node {
    const { offset } = this.#token;
    const signs: ('+' | '-')[] = [];
    for (let sign = this.#sign(); sign !== undefined; sign = this.#sign()) signs.push(sign);
    let node = this.#power();
    for (const operator of signs.reverse()) node = this.#node(offset, { type: 'unary', operator, operand: node });
    return node;
  }

  #sign(): '+' | '-' | undefined {
    if (this.#skipOperator('-')) return '-';
    return this.#skipOperator('+') ? '+' : undefined;
  }

  #power(): Node {
    const base = this.#access();
    const { offset } = this.#token;
    if (!this.#skipOperator('**')) return base;
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) throw this.#error('depth_exceeded', `Powers are nested deeper than ${MAX_NESTING} levels.`);
    const right = this.#signed();
    this.#nesting -= 1;
    return this.#node(offset, { type: 'binary', operator: '**', left: base, right });
  }

  /** An atom with the calls, subscripts and attributes that follow it. */
  #access(): Node {
    let node = this.#atom();
    for (;;) {
      const { offset } = this.#token;
      if (this.#skipOperator('.')) node = this.#member(node, offset);
      else if (this.#skipOperator('[')) node = this.#subscript(node, offset);
      else if (this.#isOperator('(')) node = this.#call(node);
      else return node;
    }
  }

  #member(object: Node, offset: number): Node {
    const token = this.#token;
    if (token.type !== 'name') throw this.#unexpected('a name');
    this.#at += 1;
    if (token.text.startsWith('__'))
      throw new ExpressionError('no_such_key', `'${token.text}' cannot be accessed.`, token.offset);
    if (!this.#isOperator('(')) return this.#node(token.offset, { type: 'attribute', object, name: token.text });
    return this.#node(offset, { type: 'method', object, name: token.text, ...this.#arguments() });
  }

  #call(callee: Node): Node {
    if (callee.type !== 'name') throw this.#error('syntax_not_supported', 'Only a function or a method can be called.');
    return this.#node(callee.offset, { type: 'call', name: callee.name, ...this.#arguments() });
  }

  #arguments(): { positional: readonly Node[]; named: readonly NamedArgument[] } {
    this.#at += 1;
    const positional: Node[] = [];
    const named: NamedArgument[] = [];
    while (!this.#skipOperator(')')) {
      this.#refuseStar();
      const token = this.#token;
      const next = this.#tokens[this.#at + 1];
      if (token.type === 'name' && next?.type === 'operator' && next.text === '=') {
        this.#at += 2;
        if (named.some(({ name }) => name === token.text))
          throw this.#error('arguments_wrong', `'${token.text}' is given twice.`);
        named.push({ name: token.text, value: this.#expression() });
      } else {
        if (named.length > 0) throw this.#error('expression_parse', 'A plain argument cannot follow a named one.');
        positional.push(this.#expression());
      }
      if (this.#isName('for')) {
        throw this.#error(
          'syntax_not_supported',
          'Generators are not supported; put the comprehension in brackets: [x for x in items].',
        );
      }
      if (!this.#skipOperator(',') && !this.#isOperator(')')) throw this.#unexpected("',' or ')'");
    }
    return { positional, named };
  }

  #subscript(object: Node, offset: number): Node {
    const bounds: (Node | undefined)[] = [this.#isOperator(':') ? undefined : this.#expressionOrTuple()];
    while (bounds.length < 3 && this.#skipOperator(':')) {
      bounds.push(this.#isOperator(':') || this.#isOperator(']') ? undefined : this.#expression());
    }
    this.#expectOperator(']');
    const [index] = bounds;
    if (bounds.length > 1 || index === undefined) return this.#node(offset, { type: 'slice', object, bounds });
    if (index.type === 'literal' && typeof index.value === 'string' && index.value.startsWith('__')) {
      throw new ExpressionError('no_such_key', `'${index.value}' cannot be accessed.`, index.offset);
    }
    return this.#node(offset, { type: 'subscript', object, index });
  }

  #atom(): Node {
    const token = this.#token;
    this.#at += 1;
    switch (token.type) {
      case 'number':
        return this.#node(token.offset, { type: 'number', value: token.value, float: token.float });
      case 'string':
        return this.#node(token.offset, { type: 'literal', value: token.value + this.#adjacentStrings() });
      case 'name':
        return this.#name(token.text, token.offset);
      case 'operator':
        if (token.text === '(') return this.#parenthesised(token.offset);
        if (token.text === '[') return this.#listDisplay(token.offset);
        if (token.text === '{') return this.#braceDisplay(token.offset);
    }
    this.#at -= 1;
    this.#refuseStar();
    throw this.#unexpected('a value');
  }

  #adjacentStrings(): string {
    let value = '';
    for (let token = this.#token; token.type === 'string'; token = this.#token) {
      value += token.value;
      this.#at += 1;
    }
    return value;
  }

  #name(name: string, offset: number): Node {
    const constant = CONSTANTS.get(name);
    if (constant !== undefined) return this.#node(offset, { type: 'literal', value: constant });
    if (KEYWORDS.has(name)) {
      this.#at -= 1;
      throw this.#unexpected('a value');
    }
    if (name.startsWith('__')) throw new ExpressionError('no_such_key', `'${name}' cannot be accessed.`, offset);
    return this.#node(offset, { type: 'name', name });
  }

  #parenthesised(offset: number): Node {
    if (this.#skipOperator(')')) return this.#node(offset, { type: 'tuple', items: [] });
    this.#refuseStar();
    const node = this.#expressionOrTuple();
    if (this.#isName('for')) {
      throw this.#error('syntax_not_supported', 'Generators are not supported; use brackets: [x for x in items].');
    }
    this.#expectOperator(')');
    return node;
  }

  #listDisplay(offset: number): Node {
    const items: Node[] = [];
    while (!this.#skipOperator(']')) {
      this.#refuseStar();
      const item = this.#expression();
      if (items.length === 0 && this.#isName('for')) return this.#comprehension(offset, 'list', item, undefined, ']');
      items.push(item);
      if (!this.#skipOperator(',') && !this.#isOperator(']')) throw this.#unexpected("',' or ']'");
    }
    return this.#node(offset, { type: 'list', items });
  }

  #braceDisplay(offset: number): Node {
    const entries: { key: Node; value: Node }[] = [];
    while (!this.#skipOperator('}')) {
      this.#refuseStar();
      const key = this.#expression();
      if (this.#isName('for')) return this.#comprehension(offset, 'set', key, undefined, '}');
      if (!this.#skipOperator(':')) throw this.#error('syntax_not_supported', 'Set literals are not supported; use set([...]).');
      const value = this.#expression();
      if (entries.length === 0 && this.#isName('for')) return this.#comprehension(offset, 'dict', key, value, '}');
      entries.push({ key, value });
      if (!this.#skipOperator(',') && !this.#isOperator('}')) throw this.#unexpected("',' or '}'");
    }
    return this.#node(offset, { type: 'dict', entries });
  }

  #comprehension(offset: number, result: 'list' | 'set' | 'dict', item: Node, value: Node | undefined, close: string): Node {
    const clauses: Clause[] = [];
    while (this.#skipName('for')) {
      const target = this.#target();
      if (!this.#skipName('in')) throw this.#unexpected("'in'");
      const source = this.#or();
      const conditions: Node[] = [];
      while (this.#skipName('if')) conditions.push(this.#or());
      clauses.push({ target, source, conditions });
    }
    this.#expectOperator(close);
    return this.#node(offset, { type: 'comprehension', result, item, value, clauses });
  }

  #target(): Target {
    const targets: Target[] = [];
    let tuple = false;
    do {
      if (this.#isName('in') || this.#isOperator(')')) break;
      targets.push(this.#targetPart());
      tuple ||= this.#isOperator(',');
    } while (this.#skipOperator(','));
    const [first] = targets;
    if (first === undefined) throw this.#unexpected('a name');
    return tuple ? { targets } : first;
  }

  #targetPart(): Target {
    if (this.#skipOperator('(')) {
      const target = this.#target();
      this.#expectOperator(')');
      return target;
    }
    const token = this.#token;
    if (token.type !== 'name' || KEYWORDS.has(token.text) || CONSTANTS.has(token.text)) throw this.#unexpected('a name');
    this.#at += 1;
    return { name: token.text };
  }

  #node(offset: number, shape: Shape): Node {
    const depth = 1 + childrenOf(shape).reduce((deepest, child) => Math.max(deepest, child.depth), 0);
    if (depth > MAX_TREE_DEPTH) {
      throw new ExpressionError('depth_exceeded', `The expression has more than ${MAX_TREE_DEPTH} levels; split it.`, offset);
    }
    return { offset, depth, ...shape };
  }

  get #token(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] ?? { type: 'end', offset: 0 };
  }

  #isOperator(text: string): boolean {
    const token = this.#token;
    return token.type === 'operator' && token.text === text;
  }

  #isName(text: string): boolean {
    const token = this.#token;
    return token.type === 'name' && token.text === text;
  }

  #skipOperator(text: string): boolean {
    if (!this.#isOperator(text)) return false;
    this.#at += 1;
    return true;
  }

  #skipName(text: string): boolean {
    if (!this.#isName(text)) return false;
    this.#at += 1;
    return true;
  }

  #expectOperator(text: string): void {
    if (!this.#skipOperator(text)) throw this.#unexpected(`'${text}'`);
  }

  #atEnd(): boolean {
    return this.#token.type === 'end';
  }

  #atClosing(): boolean {
    const token = this.#token;
    return this.#atEnd() || (token.type === 'operator' && [')', ']', '}'].includes(token.text));
  }

  #refuseStar(): void {
    if (this.#isOperator('*') || this.#isOperator('**')) {
      throw this.#error('syntax_not_supported', 'Unpacking with * is not supported; write the values out.');
    }
  }

  #unexpected(wanted: string): ExpressionError {
    const token = this.#token;
    if (token.type === 'operator' && UNSUPPORTED_OPERATORS.has(token.text)) {
      return this.#error('syntax_not_supported', `Operator '${token.text}' is not supported.`);
    }
    if (token.type === 'operator' && token.text === '=') {
      return this.#error('expression_parse', "'=' does not compare; write '=='.");
    }
    return this.#error('expression_parse', `Expected ${wanted}, found ${describe(token)}.`);
  }

  #error(
    code: 'expression_parse' | 'syntax_not_supported' | 'depth_exceeded' | 'arguments_wrong',
    message: string,
  ): ExpressionError {
    return new ExpressionError(code, message, this.#token.offset);
  }
}

function isComparison(text: string): text is CompareOperator {
  return COMPARISONS.has(text);
}

function describe(token: Token): string {
  switch (token.type) {
    case 'end':
      return 'the end';
    case 'number':
      return `the number ${token.value}`;
    case 'string':
      return 'a text';
    default:
      return `'${token.text}'`;
  }
}
