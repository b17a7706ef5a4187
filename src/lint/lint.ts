import type { Diagnostic } from '../pipeline/diagnostic.ts';
import { Diagnostics } from '../pipeline/diagnostics.ts';
import { parseDocuments, type SourceDocument } from '../pipeline/documents.ts';
import type { NodeRole } from '../pipeline/node-definition.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { LintRule, LintSubject } from './lint-rule.ts';
import { lintedNodes } from './linted-nodes.ts';
import { branchUnreachable } from './rules/branch-unreachable.ts';
import { conditionConstant } from './rules/condition-constant.ts';
import { descriptionMissing } from './rules/description-missing.ts';
import { effectRepeated } from './rules/effect-repeated.ts';
import { llmWithoutRetries, llmWithoutTimeout } from './rules/llm-patience.ts';
import { loopUnbounded } from './rules/loop-unbounded.ts';
import { nameStyle } from './rules/name-style.ts';
import { secretLiteral } from './rules/secret-literal.ts';
import { unusedNode } from './rules/unused-node.ts';
import { waitUnbounded } from './rules/wait-unbounded.ts';

export const LINT_RULES: readonly LintRule[] = [
  branchUnreachable,
  conditionConstant,
  descriptionMissing,
  effectRepeated,
  llmWithoutRetries,
  llmWithoutTimeout,
  loopUnbounded,
  nameStyle,
  secretLiteral,
  unusedNode,
  waitUnbounded,
];

const DISABLED = /#\s*hexdag-lint-disable-line\s+([a-z_]+(?:[,\s]+[a-z_]+)*)/;

export interface LintedFile {
  readonly file: string;
  readonly text: string;
  /** Of the file's pipeline; undefined if it has none or does not compile. */
  readonly plan: Plan | undefined;
  /** Those of the text, if it has been read before. */
  readonly documents?: readonly SourceDocument[] | undefined;
}

/**
 * What an author may still want to change in a file: documents that work and yet are not what was meant, or will hurt one day.
 * A line with `# hexdag-lint-disable-line CODE` is left alone by that rule. Pure.
 */
export function lint(
  { file, text, plan, documents = parseDocuments(text, file).documents }: LintedFile,
  kinds: ReadonlyMap<string, { readonly role: NodeRole }>,
): readonly Diagnostic[] {
  const pipeline = documents.find(({ kind }) => kind === 'Pipeline');
  const nodes =
    plan === undefined || pipeline === undefined
      ? []
      : lintedNodes(plan.nodes, pipeline, ({ kind }) => kinds.get(kind)?.role ?? 'effect');
  const subject: LintSubject = { text, documents, pipeline, plan, nodes };
  const diagnostics = new Diagnostics(file);
  for (const { code, severity, check } of LINT_RULES) {
    diagnostics.addAll(check(subject).map((finding) => ({ code, severity, file, ...finding })));
  }
  const disabled = disabledCodes(text);
  return diagnostics.list().filter(({ code, position }) => disabled.get(position.line)?.includes(code) !== true);
}

/** Line → codes that are disabled there. */
function disabledCodes(text: string): ReadonlyMap<number, readonly string[]> {
  const disabled = new Map<number, readonly string[]>();
  for (const [index, line] of text.split('\n').entries()) {
    const codes = DISABLED.exec(line)?.[1];
    if (codes !== undefined) disabled.set(index + 1, codes.split(/[,\s]+/));
  }
  return disabled;
}
