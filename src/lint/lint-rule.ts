import type { JsonObject } from '../json.ts';
import type { Diagnostic, Position } from '../pipeline/diagnostic.ts';
import type { Path, SourceDocument } from '../pipeline/documents.ts';
import type { NodeRole } from '../pipeline/node-definition.ts';
import type { Plan, PlanNode } from '../pipeline/plan.ts';

/** A node of the plan that is written in the file; those of macros and included files are not. */
export interface LintedNode {
  readonly node: PlanNode;
  readonly role: NodeRole;
  /** Its `spec` as written, with its `settings` below. */
  readonly spec: JsonObject;
  /** Whether it belongs to the pipeline's own graph rather than to the body of a node. */
  readonly outer: boolean;
  /** Where its name stands. */
  readonly name: Position;
  /** Where a place in its spec is, or the nearest that is written. */
  at(path: Path): Position;
}

/** What the rules look at. What does not compile has no plan and no nodes, and the rules about those find nothing. */
export interface LintSubject {
  readonly text: string;
  readonly documents: readonly SourceDocument[];
  /** The document of the plan. */
  readonly pipeline: SourceDocument | undefined;
  readonly plan: Plan | undefined;
  readonly nodes: readonly LintedNode[];
}

export interface LintFinding {
  readonly position: Position;
  readonly message: string;
  readonly remedy: string;
}

/** One thing that `hexdag lint` looks for. Pure. */
export interface LintRule {
  readonly code: string;
  readonly severity: Diagnostic['severity'];
  check(subject: LintSubject): readonly LintFinding[];
}
