import type { PlanStore } from '../ports/plan-store.ts';
import type { StartablePipeline } from './trigger.ts';

/** Plans that this process has stored, by the store they went to. */
const savedPlans = new WeakMap<PlanStore, Set<string>>();

/** Stores the pipeline's plan, unless this process has done so before. */
export async function savePlanOnce({ planHash, plan }: StartablePipeline, plans: PlanStore): Promise<void> {
  const saved = savedPlans.get(plans) ?? new Set();
  savedPlans.set(plans, saved);
  if (saved.has(planHash)) return;
  await plans.save(planHash, plan);
  saved.add(planHash);
}
