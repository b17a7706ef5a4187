import { afterEach, describe } from 'vitest';
import { ENGINES, EngineWorld } from './engine-world.ts';
import type { Behaviour } from './plans.ts';

type OpenWorld = (behaviours?: Readonly<Record<string, Behaviour>>) => Promise<EngineWorld>;

/** Defines tests once for each engine. A world lasts as long as its test. */
export function onEachEngine(define: (open: OpenWorld) => void): void {
  describe.each(Object.entries(ENGINES))('on %s', (_, open) => {
    const opened: EngineWorld[] = [];

    afterEach(async () => {
      for (const world of opened.splice(0)) await world.engine.close();
    });

    define(async (behaviours = {}) => {
      const world = new EngineWorld(await open(behaviours));
      opened.push(world);
      return world;
    });
  });
}
