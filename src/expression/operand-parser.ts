import type { Clause, NamedArgument, Node, Target } from './ast.ts';
import { ExpressionError } from './errors.ts';
import { makeNode } from './make-node.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Names that stand for a value whatever is called so. */
export const CONSTANTS: ReadonlyMap<string, null | boolean> = new Map([
  ['None', null],
  ['True', true],
  ['False', false],
  ['null', null],
  ['true', true],
  ['false', false],
]);
const KEYWORDS: ReadonlySet<string> = new Set('and or not in is if else for lambda async await yield'.split(' '));

/** The parts of an operand that are expressions again. */
export interface Parts {
  expression(): Node;
  expressionOrTuple(): Node;
  /** An expression without `if else`, which a comprehension needs for its conditions. */
  or(): Node;
  nested<Result>(parsePart: () => Result): Result;
}

/** Reads what operators stand between: literals, names, displays and comprehensions, with the access and calls that follow them. */
export class OperandParser {
  readonly #in: TokenCursor;
  readonly #parts: Parts;

  constructor(input: TokenCursor, parts: Parts) {
    this.#in = input;
    this.#parts = parts;
  }

  /** An atom with the calls, subscripts and attributes that follow it. */
  parse(): Node {
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
        named.push({ name: token.text, value: this.#parts.expression() });
      } else {
        if (named.length > 0) throw this.#in.error('expression_parse', 'A plain argument cannot follow a named one.');
        positional.push(this.#parts.expression());
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
    const bounds: (Node | undefined)[] = [this.#in.isOperator(':') ? undefined : this.#parts.expressionOrTuple()];
    while (bounds.length < 3 && this.#in.skipOperator(':')) {
      bounds.push(this.#in.isOperator(':') || this.#in.isOperator(']') ? undefined : this.#parts.expression());
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
    const node = this.#parts.expressionOrTuple();
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
      const item = this.#parts.expression();
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
      const key = this.#parts.expression();
      if (this.#in.isName('for')) return this.#comprehension(offset, 'set', key, undefined, '}');
      if (!this.#in.skipOperator(':'))
        throw this.#in.error('syntax_not_supported', 'Set literals are not supported; use set([...]).');
      const value = this.#parts.expression();
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
      const source = this.#parts.or();
      const conditions: Node[] = [];
      while (this.#in.skipName('if')) conditions.push(this.#parts.or());
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
      const target = this.#parts.nested(() => this.#target());
      this.#in.expectOperator(')');
      return target;
    }
    const token = this.#in.current;
    if (token.type !== 'name' || KEYWORDS.has(token.text) || CONSTANTS.has(token.text)) throw this.#in.unexpected('a name');
    this.#in.advance(1);
    return { name: token.text };
  }
}
