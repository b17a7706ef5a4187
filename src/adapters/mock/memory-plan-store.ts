import type { Plan } from '../../pipeline/plan.ts';
import type { PlanStore } from '../../ports/plan-store.ts';

/** A plan store that lasts as long as the process. */
export class MemoryPlanStore implements PlanStore {
  readonly #plans = new Map<string, Plan>();

  async save(hash: string, plan: Plan): Promise<void> {
    if (!this.#plans.has(hash)) this.#plans.set(hash, structuredClone(plan));
  }

  async load(hash: string): Promise<Plan | null> {
    return this.#plans.get(hash) ?? null;
  }
}
