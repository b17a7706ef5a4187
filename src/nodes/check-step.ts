import { didYouMean } from '../pipeline/near-match.ts';
import type { ReportProblem, StepCatalog } from '../pipeline/node-definition.ts';

/** Reports a name that no step is registered under. */
export function checkStep(name: string, path: readonly (string | number)[], steps: StepCatalog, report: ReportProblem): void {
  if (steps.has(name)) return;
  const remedy = () => didYouMean(name, steps.names()) ?? `Register it: defineStep('${name}', …) in steps/.`;
  report({ path, code: 'step_unknown', message: `There is no step '${name}'.`, remedy });
}
