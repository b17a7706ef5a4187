import type { Container, ItemDefinition } from '@azure/cosmos';
import type { Plan } from '../../pipeline/plan.ts';
import type { PlanStore } from '../../ports/plan-store.ts';
import { RecentlyUsed } from '../../recently-used.ts';
import { cosmosFailure, translateCosmosError } from './cosmos-errors.ts';
import { fromPlanDocument, toPlanDocument } from './plan-document.ts';

/** More pipelines than one app has, several versions each. */
const CACHED_PLANS = 200;

/** Plans in Cosmos DB, named by their hash. A plan never changes, so what was seen once is neither asked for nor written again. */
export class CosmosPlanStore implements PlanStore {
  readonly #openContainer: () => Promise<Container>;
  readonly #cache = new RecentlyUsed<string, Plan>(CACHED_PLANS);
  /** Hashes of plans that are there. */
  readonly #stored = new Set<string>();

  /** @param openContainer the container `plans`, partitioned by `/id` */
  constructor(openContainer: () => Promise<Container>) {
    this.#openContainer = openContainer;
  }

  async save(hash: string, plan: Plan): Promise<void> {
    if (this.#stored.has(hash)) return;
    try {
      const container = await this.#openContainer();
      await container.items.create(toPlanDocument(hash, plan));
      this.#cache.set(hash, plan);
    } catch (error) {
      if (cosmosFailure(error)?.code !== 409) throw translateCosmosError(error, `saving the plan ${hash}`);
    }
    this.#stored.add(hash);
  }

  async load(hash: string): Promise<Plan | null> {
    const cached = this.#cache.get(hash);
    if (cached !== undefined) return cached;
    const document = await this.#read(hash);
    if (document === undefined) return null;
    const plan = fromPlanDocument(document);
    this.#cache.set(hash, plan);
    this.#stored.add(hash);
    return plan;
  }

  async #read(hash: string): Promise<unknown> {
    try {
      const container = await this.#openContainer();
      return (await container.item(hash, hash).read<ItemDefinition>()).resource;
    } catch (error) {
      throw translateCosmosError(error, `reading the plan ${hash}`);
    }
  }
}
