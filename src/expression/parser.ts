import type { BinaryOperator, CompareOperator, Node } from './ast.ts';
import { ExpressionError } from './errors.ts';
import { MAX_NESTING, MAX_SOURCE_LENGTH } from './limits.ts';
import { makeNode } from './make-node.ts';
import { OperandParser, type Parts } from './operand-parser.ts';
import { TokenCursor } from './token-cursor.ts';
import { tokenize } from './tokens.ts';

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

class Parser implements Parts {
  readonly #in: TokenCursor;
  readonly #operands: OperandParser;
  #nesting = 0;

  constructor(source: string) {
    this.#in = new TokenCursor(tokenize(source));
    this.#operands = new OperandParser(this.#in, this);
  }

  parseAll(): Node {
    if (this.#in.atEnd()) throw this.#in.error('expression_parse', 'The expression is empty.');
    const node = this.expressionOrTuple();
    if (!this.#in.atEnd()) throw this.#in.unexpected('the end of the expression');
    return node;
  }

  expressionOrTuple(): Node {
    const offset = this.#in.current.offset;
    const first = this.expression();
    if (!this.#in.isOperator(',')) return first;
    const items = [first];
    while (this.#in.skipOperator(',') && !this.#in.atClosing()) items.push(this.expression());
    return makeNode(offset, { type: 'tuple', items });
  }

  expression(): Node {
    return this.nested(() => {
      if (this.#in.isName('lambda'))
        throw this.#in.error('syntax_not_supported', 'lambda is not supported; use a comprehension.');
      const { offset } = this.#in.current;
      const then = this.or();
      if (!this.#in.skipName('if')) return then;
      const test = this.or();
      if (!this.#in.skipName('else')) throw this.#in.unexpected("'else'");
      return makeNode(offset, { type: 'conditional', test, then, otherwise: this.expression() });
    });
  }

  /** Every way in which the parser calls itself goes through here, so that no text can exhaust the stack. */
  nested<Result>(parsePart: () => Result): Result {
    this.#nesting += 1;
    if (this.#nesting > MAX_NESTING) {
      throw this.#in.error('depth_exceeded', `The expression is nested deeper than ${MAX_NESTING} levels.`);
    }
    const result = parsePart();
    this.#nesting -= 1;
    return result;
  }

  or(): Node {
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
    const base = this.#operands.parse();
    const { offset } = this.#in.current;
    if (!this.#in.skipOperator('**')) return base;
    const right = this.nested(() => this.#signed());
    return makeNode(offset, { type: 'binary', operator: '**', left: base, right });
  }
}

function isComparison(text: string): text is CompareOperator {
  return COMPARISONS.has(text);
}
