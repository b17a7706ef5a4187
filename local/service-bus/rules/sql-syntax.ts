import type { ArithmeticOperator } from '../../sql/arithmetic.ts';

/** What a rule can compute with. An AMQP value of another type is only ever there or not. */
export type SqlValue = string | number | boolean | null;

/** A system property by its documented name in lower case, or one of the application's own by its exact name. */
export interface PropertyName {
  readonly scope: 'sys' | 'user';
  readonly name: string;
}

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Expression =
  | { readonly kind: 'constant'; readonly value: SqlValue }
  | { readonly kind: 'property'; readonly property: PropertyName }
  | { readonly kind: 'property-by-name'; readonly name: Expression }
  | { readonly kind: 'new-id' }
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly operand: Expression }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: Expression;
      readonly right: Expression;
    };

export type Predicate =
  | { readonly kind: 'not'; readonly operand: Predicate }
  | { readonly kind: 'and' | 'or'; readonly left: Predicate; readonly right: Predicate }
  | {
      readonly kind: 'comparison';
      readonly operator: ComparisonOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'is-null'; readonly property: PropertyName }
  | { readonly kind: 'exists'; readonly property: PropertyName }
  | { readonly kind: 'in'; readonly value: Expression; readonly choices: readonly Expression[] }
  | {
      readonly kind: 'like';
      readonly value: Expression;
      readonly pattern: Expression;
      readonly escapeCharacter: Expression | undefined;
    };

export type ActionStatement =
  | { readonly kind: 'set'; readonly property: PropertyName; readonly value: Expression }
  | { readonly kind: 'remove'; readonly property: PropertyName };
