import { isJsonArray, isJsonObject, type JsonValue } from '../../json.ts';
import { constantCondition } from '../constant-condition.ts';
import type { LintedNode, LintFinding, LintRule } from '../lint-rule.ts';

const REMEDY = 'Remove it, or correct the condition.';

/** What can never run is dead weight at best; more often its condition is not what was meant. */
export const branchUnreachable: LintRule = {
  code: 'branch_unreachable',
  severity: 'warning',
  check: ({ nodes }) => nodes.flatMap((node) => [...ownFindings(node), ...bodyFindings(node)]),
};

function ownFindings({ node, name, at }: LintedNode): readonly LintFinding[] {
  const findings: LintFinding[] = [];
  if (constantCondition(node.when) === false) {
    findings.push({
      position: at(['when']),
      message: `'${node.name}' never runs: '${node.when}' is never true.`,
      remedy: REMEDY,
    });
  }
  if (node.onlyOnError && (node.handles ?? []).length === 0) {
    const message = `'${node.name}' never runs: it runs only on errors, and no node names it in 'on_error'.`;
    findings.push({ position: name, message, remedy: `Write on_error: ${node.name} in the node it is for.` });
  }
  return findings;
}

function bodyFindings(node: LintedNode): readonly LintFinding[] {
  switch (node.spec['mode']) {
    case 'if-else':
      return ifElseFindings(node);
    case 'switch':
      return switchFindings(node);
    case 'while':
      return whileFindings(node);
    default:
      return [];
  }
}

function ifElseFindings({ node, spec, at }: LintedNode): readonly LintFinding[] {
  const holds = constantCondition(spec['condition']);
  const dead = holds === undefined ? undefined : holds ? 'else_body' : 'body';
  if (dead === undefined || spec[dead] === undefined) return [];
  const message = `'${dead}' of '${node.name}' never runs: its condition is always ${holds}.`;
  return [{ position: at([dead]), message, remedy: REMEDY }];
}

function whileFindings({ node, spec, at }: LintedNode): readonly LintFinding[] {
  if (constantCondition(spec['condition']) !== false) return [];
  const message = `The loop '${node.name}' never turns: its condition is always false.`;
  return [{ position: at(['condition']), message, remedy: REMEDY }];
}

function switchFindings({ node, spec, at }: LintedNode): readonly LintFinding[] {
  const conditions = isJsonArray(spec['branches']) ? spec['branches'].map(conditionOf) : [];
  const always = conditions.findIndex((condition) => constantCondition(condition) === true);
  const findings = conditions.flatMap((_, index) => {
    const why = whyNever(conditions, index, always);
    if (why === undefined) return [];
    const message = `Branch ${index + 1} of '${node.name}' is never taken: ${why}.`;
    return [{ position: at(['branches', index]), message, remedy: REMEDY }];
  });
  const otherwise = ['else_body', 'else_action'].find((key) => spec[key] !== undefined);
  if (always < 0 || otherwise === undefined) return findings;
  const message = `'${otherwise}' of '${node.name}' is never taken: branch ${always + 1} always is.`;
  return [...findings, { position: at([otherwise]), message, remedy: REMEDY }];
}

function whyNever(conditions: readonly (JsonValue | undefined)[], index: number, always: number): string | undefined {
  const condition = conditions[index];
  if (constantCondition(condition) === false) return 'its condition is always false';
  if (always >= 0 && index > always) return `branch ${always + 1} always is`;
  const same = condition === undefined ? -1 : conditions.indexOf(condition);
  return same >= 0 && same < index ? `branch ${same + 1} has the same condition` : undefined;
}

function conditionOf(branch: JsonValue): JsonValue | undefined {
  return isJsonObject(branch) ? branch['condition'] : undefined;
}
