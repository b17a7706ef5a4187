import { type ApiWork, apiWork } from './api-work.ts';
import { type Composition, openParts } from './parts.ts';
import { type RunWork, runWork } from './run-work.ts';
import { type TriggerWork, triggerWork } from './trigger-work.ts';

/** What the functions call: one method for each thing that can come in. */
export interface Work extends TriggerWork, RunWork, ApiWork {
  /** Does what was put off, before the process ends. */
  flush(): Promise<void>;
}

/** Composes the work that the functions call. Opens no connection. */
export function composeWork(composition: Composition): Work {
  const parts = openParts(composition);
  return {
    ...triggerWork(composition, parts),
    ...runWork(composition, parts),
    ...apiWork(composition, parts),
    flush: async () => {
      await parts.stores.relay.drain();
      await parts.redelivery.close();
      await parts.resources.close();
    },
  };
}
