import type { Plan } from '../pipeline/plan.ts';

/** Plans by their content hash: what a run began with stays readable however often the app is redeployed. */
export interface PlanStore {
  /** Stores the plan under its hash; there already: nothing to do, and hardly any cost, however often. @throws DependencyUnavailableError */
  save(hash: string, plan: Plan): Promise<void>;
  /** @throws DependencyUnavailableError */
  load(hash: string): Promise<Plan | null>;
}
