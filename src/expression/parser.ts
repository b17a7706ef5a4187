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
import { TokenCursor } from './token-cursor.ts';
import { tokenize } from './tokens.ts';

const CONSTANTS: ReadonlyMap<string, null | boolean> = new Map([
  ['None', null],
  ['True', true],
  ['False', false],
  ['null', null],
  ['true', true],
  ['false', false],
]);
const KEYWORDS: ReadonlySet<string> = new Set('and or not in is if else for lambda async await yield'.split(' '));
const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '<', '<=', '>', '>=']);

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
  return new Parser(source).parseAll();
}

class Parser {
  readonly #in: TokenCursor;
  #nesting = 0;

  constructor(source: string) {
    this.#in = new TokenCursor(tokenize(source));
  }

  parseAll(): Node {
    if (this.#in.atEnd()) throw this.#in.error('expression_parse', 'The expression is empty.');
    const node = this.#expressionOrTuple();
    if (!this.#in.atEnd()) throw this.#in.unexpected('the end of the expression');
    return node;
  }

  #expressionOrTuple(): Node {
    const offset = this.#in.current.offset;
    const first = this.#expression();
    if (!this.#in.isOperator(',')) return first;
    const items = [first];
    while (this.#in.skipOperator(',') && !this.#in.atClosing()) items.push(this.#expression());
    return makeNode(offset, { type: 'tuple', items });
  }

  #expression(): Node {
    return this.#nested(() => {
      if (this.#in.isName('lambda'))
        throw this.#in.error('syntax_not_supported', 'lambda is not supported; use a comprehension.');
      const { offset } = this.#in.current;
      const then = this.#or();
      if (!this.#in.skipName('if')) return then;
      const test = this.#or();
      if (!this.#in.skipName('else')) throw this.#in.unexpected("'else'");
      return makeNode(offset, { type: 'conditional', test, then, otherwise: this.#expression() });
    });
  }

  /** Every way in which the parser calls itself goes through here, so that no text can exhaust the stack. */
  #nested<Result>(parsePart: () => Result): Result {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) {
      throw this.#in.error('depth_exceeded', `The expression is nested deeper than ${MAX_NESTING} levels.`);
    }
    const result = parsePart();
    this.#nesting -= 1;
    return result;
  }

  #or(): Node {
    return this.#logical('or', () => this.#and());
  }

  #and(): Node {
    return this.#logical('and', () => this.#not());
  }

  #logical(operator: 'and' | 'or', operand: () => Node): Node {
    const { offset } = this.#in.current;
    const operands = [operand()];
    while (this.#in.skipName(operator)) operands.push(operand());
    const [only] = operands;
    return operands.length === 1 && only !== undefined ? only : makeNode(offset, { type: 'logical', operator, operands });
  }

  #not(): Node {
    const { offset } = this.#in.current;
    let negations = 0;
    while (this.#in.skipName('not')) negations += 1;
    let node = this.#comparison();
    for (; negations > 0; negations -= 1) node = makeNode(offset, { type: 'unary', operator: 'not', operand: node });
    return node;
  }

  #comparison(): Node {
    const { offset } = this.#in.current;
    const first = this.#sum();
    const rest: { operator: CompareOperator; operand: Node }[] = [];
    for (let operator = this.#compareOperator(); operator !== undefined; operator = this.#compareOperator()) {
      rest.push({ operator, operand: this.#sum() });
    }
    return rest.length === 0 ? first : makeNode(offset, { type: 'compare', first, rest });
  }

  #compareOperator(): CompareOperator | undefined {
    const token = this.#in.current;
    if (token.type === 'operator' && isComparison(token.text)) {
      this.#in.advance(1);
      return token.text;
    }
    if (this.#in.skipName('in')) return 'in';
    if (this.#in.skipName('is')) return this.#in.skipName('not') ? 'is not' : 'is';
    const next = this.#in.next;
    if (!this.#in.isName('not') || next?.type !== 'name' || next.text !== 'in') return undefined;
    this.#in.advance(2);
    return 'not in';
  }

  #sum(): Node {
    return this.#binary(['+', '-'], () => this.#binary(['*', '/', '//', '%'], () => this.#signed()));
  }

  #binary(operators: readonly BinaryOperator[], operand: () => Node): Node {
    let left = operand();
    for (;;) {
      const { offset } = this.#in.current;
      const operator = operators.find((candidate) => this.#in.isOperator(candidate));
      if (operator === undefined) return left;
      this.#in.advance(1);
      left = makeNode(offset, { type: 'binary', operator, left, right: operand() });
    }
  }

  #signed(): Node {
    const { offset } = this.#in.current;
    const signs: ('+' | '-')[] = [];
    for (let sign = this.#sign(); sign !== undefined; sign = this.#sign()) signs.push(sign);
    let node = this.#power();
    for (const operator of signs.reverse()) node = makeNode(offset, { type: 'unary', operator, operand: node });
    return node;
  }

  #sign(): '+' | '-' | undefined {
    if (this.#in.skipOperator('-')) return '-';
    return this.#in.skipOperator('+') ? '+' : undefined;
  }

  #power(): Node {
    const base = this.#access();
    const { offset } = this.#in.current;
    if (!this.#in.skipOperator('**')) return base;
    const right = this.#nested(() => this.#signed());
    return makeNode(offset, { type: 'binary', operator: '**', left: base, right });
  }

  /** An atom with the calls, subscripts and attributes that follow it. */
  #access(): Node {
    let node = this.#atom();
    for (;;) {
      const { offset } = this.#in.current;
      if (this.#in.skipOperator('.')) node = this.#member(node, offset);
      else if (this.#in.skipOperator('[')) node = this.#subscript(node, offset);
      else if (this.#in.isOperator('(')) node = this.#call(node);
      else return node;
    }
  }

  #member(object: Node, offset: number): Node {
    const token = this.#in.current;
    if (token.type !== 'name') throw this.#in.unexpected('a name');
    this.#in.advance(1);
    if (token.text.startsWith('__'))
      throw new ExpressionError('no_such_key', `'${token.text}' cannot be accessed.`, token.offset);
    if (!this.#in.isOperator('(')) return makeNode(token.offset, { type: 'attribute', object, name: token.text });
    return makeNode(offset, { type: 'method', object, name: token.text, ...this.#arguments() });
  }

  #call(callee: Node): Node {
    if (callee.type !== 'name') throw this.#in.error('syntax_not_supported', 'Only a function or a method can be called.');
    return makeNode(callee.offset, { type: 'call', name: callee.name, ...this.#arguments() });
  }

  #arguments(): { positional: readonly Node[]; named: readonly NamedArgument[] } {
    this.#in.advance(1);
    const positional: Node[] = [];
    const named: NamedArgument[] = [];
    while (!this.#in.skipOperator(')')) {
      this.#in.refuseStar();
      const token = this.#in.current;
      const next = this.#in.next;
      if (token.type === 'name' && next?.type === 'operator' && next.text === '=') {
        this.#in.advance(2);
        if (named.some(({ name }) => name === token.text))
          throw this.#in.error('arguments_wrong', `'${token.text}' is given twice.`);
        named.push({ name: token.text, value: this.#expression() });
      } else {
        if (named.length > 0) throw this.#in.error('expression_parse', 'A plain argument cannot follow a named one.');
        positional.push(this.#expression());
      }
      if (this.#in.isName('for')) {
        throw this.#in.error(
          'syntax_not_supported',
          'Generators are not supported; put the comprehension in brackets: [x for x in items].',
        );
      }
      if (!this.#in.skipOperator(',') && !this.#in.isOperator(')')) throw this.#in.unexpected("',' or ')'");
    }
    return { positional, named };
  }

  #subscript(object: Node, offset: number): Node {
    const bounds: (Node | undefined)[] = [this.#in.isOperator(':') ? undefined : this.#expressionOrTuple()];
    while (bounds.length < 3 && this.#in.skipOperator(':')) {
      bounds.push(this.#in.isOperator(':') || this.#in.isOperator(']') ? undefined : this.#expression());
    }
    this.#in.expectOperator(']');
    const [index] = bounds;
    if (bounds.length > 1 || index === undefined) return makeNode(offset, { type: 'slice', object, bounds });
    if (index.type === 'literal' && typeof index.value === 'string' && index.value.startsWith('__')) {
      throw new ExpressionError('no_such_key', `'${index.value}' cannot be accessed.`, index.offset);
    }
    return makeNode(offset, { type: 'subscript', object, index });
  }

  #atom(): Node {
    const token = this.#in.current;
    this.#in.advance(1);
    switch (token.type) {
      case 'number':
        return makeNode(token.offset, { type: 'number', value: token.value, float: token.float });
      case 'string':
        return makeNode(token.offset, { type: 'literal', value: token.value + this.#adjacentStrings() });
      case 'name':
        return this.#name(token.text, token.offset);
      case 'operator':
        if (token.text === '(') return this.#parenthesised(token.offset);
        if (token.text === '[') return this.#listDisplay(token.offset);
        if (token.text === '{') return this.#braceDisplay(token.offset);
    }
    this.#in.advance(-1);
    this.#in.refuseStar();
    throw this.#in.unexpected('a value');
  }

  #adjacentStrings(): string {
    let value = '';
    for (let token = this.#in.current; token.type === 'string'; token = this.#in.current) {
      value += token.value;
      this.#in.advance(1);
    }
    return value;
  }

  #name(name: string, offset: number): Node {
    const constant = CONSTANTS.get(name);
    if (constant !== undefined) return makeNode(offset, { type: 'literal', value: constant });
    if (KEYWORDS.has(name)) {
      this.#in.advance(-1);
      throw this.#in.unexpected('a value');
    }
    if (name.startsWith('__')) throw new ExpressionError('no_such_key', `'${name}' cannot be accessed.`, offset);
    return makeNode(offset, { type: 'name', name });
  }

  #parenthesised(offset: number): Node {
    if (this.#in.skipOperator(')')) return makeNode(offset, { type: 'tuple', items: [] });
    this.#in.refuseStar();
    const node = this.#expressionOrTuple();
    if (this.#in.isName('for')) {
      throw this.#in.error('syntax_not_supported', 'Generators are not supported; use brackets: [x for x in items].');
    }
    this.#in.expectOperator(')');
    return node;
  }

  #listDisplay(offset: number): Node {
    const items: Node[] = [];
    while (!this.#in.skipOperator(']')) {
      this.#in.refuseStar();
      const item = this.#expression();
      if (items.length === 0 && this.#in.isName('for')) return this.#comprehension(offset, 'list', item, undefined, ']');
      items.push(item);
      if (!this.#in.skipOperator(',') && !this.#in.isOperator(']')) throw this.#in.unexpected("',' or ']'");
    }
    return makeNode(offset, { type: 'list', items });
  }

  #braceDisplay(offset: number): Node {
    const entries: { key: Node; value: Node }[] = [];
    while (!this.#in.skipOperator('}')) {
      this.#in.refuseStar();
      const key = this.#expression();
      if (this.#in.isName('for')) return this.#comprehension(offset, 'set', key, undefined, '}');
      if (!this.#in.skipOperator(':'))
        throw this.#in.error('syntax_not_supported', 'Set literals are not supported; use set([...]).');
      const value = this.#expression();
      if (entries.length === 0 && this.#in.isName('for')) return this.#comprehension(offset, 'dict', key, value, '}');
      entries.push({ key, value });
      if (!this.#in.skipOperator(',') && !this.#in.isOperator('}')) throw this.#in.unexpected("',' or '}'");
    }
    return makeNode(offset, { type: 'dict', entries });
  }

  #comprehension(offset: number, result: 'list' | 'set' | 'dict', item: Node, value: Node | undefined, close: string): Node {
    const clauses: Clause[] = [];
    while (this.#in.skipName('for')) {
      const target = this.#target();
      if (!this.#in.skipName('in')) throw this.#in.unexpected("'in'");
      const source = this.#or();
      const conditions: Node[] = [];
      while (this.#in.skipName('if')) conditions.push(this.#or());
      clauses.push({ target, source, conditions });
    }
    this.#in.expectOperator(close);
    return makeNode(offset, { type: 'comprehension', result, item, value, clauses });
  }

  #target(): Target {
    const targets: Target[] = [];
    let tuple = false;
    do {
      if (this.#in.isName('in') || this.#in.isOperator(')')) break;
      targets.push(this.#targetPart());
      tuple ||= this.#in.isOperator(',');
    } while (this.#in.skipOperator(','));
    const [first] = targets;
    if (first === undefined) throw this.#in.unexpected('a name');
    return tuple ? { targets } : first;
  }

  #targetPart(): Target {
    if (this.#in.skipOperator('(')) {
      const target = this.#nested(() => this.#target());
      this.#in.expectOperator(')');
      return target;
    }
    const token = this.#in.current;
    if (token.type !== 'name' || KEYWORDS.has(token.text) || CONSTANTS.has(token.text)) throw this.#in.unexpected('a name');
    this.#in.advance(1);
    return { name: token.text };
  }
}

function makeNode(offset: number, shape: Shape): Node {
  const depth = 1 + childrenOf(shape).reduce((deepest, child) => Math.max(deepest, child.depth), 0);
  if (depth > MAX_TREE_DEPTH) {
    throw new ExpressionError('depth_exceeded', `The expression has more than ${MAX_TREE_DEPTH} levels; split it.`, offset);
  }
  return { offset, depth, ...shape };
}

function isComparison(text: string): text is CompareOperator {
  return COMPARISONS.has(text);
}
