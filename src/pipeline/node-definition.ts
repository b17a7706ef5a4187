import type { z } from 'zod';
import type { JsonObject } from '../json.ts';
import type { Remedy } from './diagnostic.ts';
import type { PlanStateMachine } from './plan.ts';
import type { TypeCatalog } from './type-catalog.ts';

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

/** Reports a problem at a place of the spec: an error, unless it is called a warning. */
export type ReportProblem = (problem: {
  readonly severity?: 'warning';
  readonly path: readonly (string | number)[];
  /** Whether the key, rather than its value, is at fault. */
  readonly atKey?: boolean;
  readonly code: string;
  readonly message: string;
  readonly remedy?: Remedy;
}) => void;

/** A place of a spec where an inner graph stands: a list of nodes, the name of a step, or the path of a pipeline file. */
export interface BodySite {
  /** Name of the body in the plan. */
  readonly key: string;
  readonly path: readonly (string | number)[];
  readonly form: 'inline' | 'file';
  /** Names that the node binds for the body, such as a loop's item. */
  readonly locals: readonly string[];
  readonly maxConcurrentNodes: number;
  /** For nodes of the body that set none; the pipeline's default if absent. */
  readonly defaultTimeoutMs?: number | undefined;
}

/** A node that this one chooses to run, and where it is named. */
export interface Route {
  readonly target: string;
  readonly path: readonly (string | number)[];
}

/** What a kind may need to know of what is around a node. */
export interface Surroundings {
  readonly steps: StepCatalog;
  /** What schemas may name; the built-in types if absent. */
  readonly types?: TypeCatalog | undefined;
  /** Name of the pipeline that is compiled, if it has one. */
  readonly pipeline?: string | undefined;
  /** Names of all pipelines that are built together; undefined if that is not known. */
  readonly pipelines?: ReadonlySet<string> | undefined;
  /** Names of the ports that are declared for the node; undefined if they are not known. */
  readonly ports?: ReadonlySet<string> | undefined;
  /** Names of the services that the pipeline declares; undefined if that is not known. */
  readonly services?: ReadonlySet<string> | undefined;
  /** Its state machines by entity, undefined for one that is not valid; undefined if they are not known. */
  readonly stateMachines?: ReadonlyMap<string, PlanStateMachine | undefined> | undefined;
}

/**
 * Who runs a node. `pure`: computed from data alone, within the orchestrator. `effect`: can be seen from outside, runs in an
 * activity. `composite`: steers inner graphs. `wait`: lasts until an event comes or its time is up. `child`: another run.
 * `macro`: replaced by other nodes when the pipeline is compiled.
 */
export type NodeRole = 'pure' | 'effect' | 'composite' | 'wait' | 'child' | 'macro';

/** What a kind of node tells the compiler. How it runs is none of the compiler's business. */
export interface NodeDefinition {
  /** Canonical name, as plans carry it: `function_node`. */
  readonly kind: string;
  readonly aliases: readonly string[];
  /** The keys of `spec` that belong to this kind; the common ones (`when`, `timeout`, …) are the compiler's, unless named here. */
  readonly schema: z.ZodObject;
  readonly role: NodeRole;
  /** A port that its nodes cannot do without. */
  readonly port?: string;
  /** Strings that may name other nodes, besides the templates. */
  references?(spec: JsonObject): readonly ReferenceSite[];
  definedNames?(spec: JsonObject): readonly DefinedName[];
  /** Where inner graphs stand. Is given specs that do not fit the schema too, so that what is inside is checked all the same. */
  bodies?(spec: JsonObject): readonly BodySite[];
  /** Nodes of the same graph that run only if this one's `result` is their name. */
  routes?(spec: JsonObject): readonly Route[];
  /** Checks what the schema cannot, and returns the spec as the plan keeps it. */
  resolve?(spec: JsonObject, report: ReportProblem, around: Surroundings): JsonObject;
}
