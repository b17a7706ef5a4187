import type { RenderBudget } from './build-template.ts';
import type { Macro } from './macro.ts';
import type { Instance } from './macro-instance.ts';
import type { NodeDefinition, Surroundings } from './node-definition.ts';
import type { PlanBody } from './plan.ts';
import type { ScopedPorts } from './scoped-ports.ts';

/** What is wrong with a file that a node names: told where it is named. */
export interface FileFinding {
  readonly code: string;
  readonly message: string;
  readonly remedy?: string | undefined;
}

/** Counts the nodes of a compilation. */
export interface NodeCount {
  total: number;
}

/** What all graphs of a compilation share: the pipeline's own one and those within its nodes. */
export interface GraphContext extends Surroundings {
  /** By canonical name and by alias. */
  readonly kinds: ReadonlyMap<string, NodeDefinition>;
  /** Nodes so far, inner graphs, expanded macros and bodies in other files included. */
  readonly count: NodeCount;
  /** For the texts of all macros together. */
  readonly rendering: RenderBudget;
  /** Fields that `spec.input_schema` names, whether or not there may be others. */
  readonly namedInputFields?: ReadonlySet<string> | undefined;
  /** By `metadata.name`. */
  readonly macros?: ReadonlyMap<string, Macro> | undefined;
  /** Ports that count for some nodes only. */
  readonly scopedPorts?: ScopedPorts | undefined;
  /**
   * The nodes of the pipeline in another file, as the body of a node. What is wrong inside that file is told there; that it
   * cannot be read, or contains itself, goes to `report`. `locals` are names that the body can read besides its own nodes.
   */
  fileBody?(path: string, locals: ReadonlySet<string>, report: (finding: FileFinding) => void): PlanBody | undefined;
}

/** What a graph can see of what is around it. */
export interface GraphScope {
  /** Fields of `spec.input_schema`; undefined if it is open or not declared. */
  readonly inputFields: ReadonlySet<string> | undefined;
  readonly defaultTimeoutMs: number | undefined;
  /** Names of nodes of the graphs around this one. */
  readonly outer?: ReadonlySet<string>;
  /** Names that loops around this graph bind: `item`, `$index`, … */
  readonly locals?: ReadonlySet<string>;
  /** Macro invocations of the graphs around this one. */
  readonly instances?: ReadonlyMap<string, Instance>;
  /** How many nodes this graph is within. */
  readonly depth?: number;
}
