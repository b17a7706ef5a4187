export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**';
export type UnaryOperator = '+' | '-' | 'not';
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'not in' | 'is' | 'is not';

/** What a comprehension binds: a name, or a tuple of targets. */
export type Target = { readonly name: string } | { readonly targets: readonly Target[] };

export interface Clause {
  readonly target: Target;
  readonly source: Node;
  readonly conditions: readonly Node[];
}

export interface NamedArgument {
  readonly name: string;
  readonly value: Node;
}

/** A syntax tree. Every node knows where it begins and how deep the tree below it is. */
export type Node = { readonly offset: number; readonly depth: number } & Shape;

export type Shape =
  | { readonly type: 'literal'; readonly value: null | boolean | string }
  | { readonly type: 'number'; readonly value: number; readonly float: boolean }
  | { readonly type: 'name'; readonly name: string }
  | { readonly type: 'attribute'; readonly object: Node; readonly name: string }
  | { readonly type: 'subscript'; readonly object: Node; readonly index: Node }
  | { readonly type: 'slice'; readonly object: Node; readonly bounds: readonly (Node | undefined)[] }
  | { readonly type: 'unary'; readonly operator: UnaryOperator; readonly operand: Node }
  | { readonly type: 'binary'; readonly operator: BinaryOperator; readonly left: Node; readonly right: Node }
  | {
      readonly type: 'compare';
      readonly first: Node;
      readonly rest: readonly { readonly operator: CompareOperator; readonly operand: Node }[];
    }
  | { readonly type: 'logical'; readonly operator: 'and' | 'or'; readonly operands: readonly Node[] }
  | { readonly type: 'conditional'; readonly test: Node; readonly then: Node; readonly otherwise: Node }
  | { readonly type: 'list' | 'tuple'; readonly items: readonly Node[] }
  | { readonly type: 'dict'; readonly entries: readonly { readonly key: Node; readonly value: Node }[] }
  | {
      readonly type: 'comprehension';
      readonly result: 'list' | 'set' | 'dict';
      /** The item, or the key of a dict. */
      readonly item: Node;
      /** The value of a dict. */
      readonly value: Node | undefined;
      readonly clauses: readonly Clause[];
    }
  | {
      readonly type: 'call';
      readonly name: string;
      readonly positional: readonly Node[];
      readonly named: readonly NamedArgument[];
    }
  | {
      readonly type: 'method';
      readonly object: Node;
      readonly name: string;
      readonly positional: readonly Node[];
      readonly named: readonly NamedArgument[];
    };

/** The nodes directly below one. */
export function childrenOf(node: Shape): readonly Node[] {
  switch (node.type) {
    case 'literal':
    case 'number':
    case 'name':
      return [];
    case 'attribute':
      return [node.object];
    case 'subscript':
      return [node.object, node.index];
    case 'slice':
      return [node.object, ...node.bounds.filter((bound) => bound !== undefined)];
    case 'unary':
      return [node.operand];
    case 'binary':
      return [node.left, node.right];
    case 'compare':
      return [node.first, ...node.rest.map((part) => part.operand)];
    case 'logical':
      return node.operands;
    case 'conditional':
      return [node.test, node.then, node.otherwise];
    case 'list':
    case 'tuple':
      return node.items;
    case 'dict':
      return node.entries.flatMap(({ key, value }) => [key, value]);
    case 'comprehension':
      return [
        ...node.clauses.flatMap(({ source, conditions }) => [source, ...conditions]),
        node.item,
        ...(node.value === undefined ? [] : [node.value]),
      ];
    case 'call':
      return [...node.positional, ...node.named.map(({ value }) => value)];
    case 'method':
      return [node.object, ...node.positional, ...node.named.map(({ value }) => value)];
  }
}
