import type { z } from 'zod';
import type { JsonObject } from '../json.ts';

/** The steps that are registered, as far as the compiler needs to know them. */
export interface StepCatalog {
  has(name: string): boolean;
  names(): Iterable<string>;
  /** Declared parameter names, or undefined if the step declares none. */
  params(name: string): readonly string[] | undefined;
}

/** How a string of a spec is read: as an expression, or as a template if it holds `{{ … }}` and as an expression otherwise. */
export type ReferenceGrammar = 'expression' | 'template_or_expression';

/** A string within a spec that may name other nodes. Templates in other strings are found without being told. */
export interface ReferenceSite {
  readonly path: readonly (string | number)[];
  readonly text: string;
  readonly grammar: ReferenceGrammar;
  /** Names that mean something of the spec here, such as an earlier expression. */
  readonly locals: readonly string[];
}

/** A name that a spec defines for its own use; it must not be a node's or a mapped field's. */
export interface DefinedName {
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** Reports a problem at a place of the spec. */
export type ReportProblem = (problem: {
  readonly path: readonly (string | number)[];
  readonly code: string;
  readonly message: string;
  readonly remedy?: string | undefined;
}) => void;

/** What a kind of node tells the compiler. How it runs is none of the compiler's business. */
export interface NodeDefinition {
  /** Canonical name, as plans carry it: `function_node`. */
  readonly kind: string;
  readonly aliases: readonly string[];
  /** The keys of `spec` that belong to this kind; the common ones (`when`, `timeout`, …) are the compiler's. */
  readonly schema: z.ZodObject;
  /** Whether running it can be seen from outside: such nodes run in an activity, the others within the orchestrator. */
  readonly effect: boolean;
  references(spec: JsonObject): readonly ReferenceSite[];
  definedNames?(spec: JsonObject): readonly DefinedName[];
  /** Checks what the schema cannot, and returns the spec as the plan keeps it. */
  resolve?(spec: JsonObject, steps: StepCatalog, report: ReportProblem): JsonObject;
}
