import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { EntityStore } from '../ports/entity-store.ts';
import { PermanentError, TransientError } from './errors.ts';
import type { Service } from './services.ts';
import type { StepContext } from './step-context.ts';
import { wait } from './wait.ts';

/** The service that every pipeline has: values that the nodes of one run share. */
export const PIPELINE_MEMORY = 'pipeline_memory';

/** No entity type of a pipeline begins with `$`. */
const ENTITY_TYPE = '$pipeline_memory';
/** Longer than any run is expected to last after it last wrote. */
const KEPT_SECONDS = 30 * 24 * 3_600;
const MAX_BYTES = 256 * 1024;
const MAX_TRIES = 20;

/** `get`, `set`, `update` and `snapshot`. A run's values are one document; writes by nodes at the same time are all kept. */
export function pipelineMemory(entities: EntityStore): Service {
  const values = async ({ runId }: StepContext) => (await entities.read(ENTITY_TYPE, runId))?.value ?? {};
  const common = { step: true, tool: true };
  return {
    methods: {
      get: {
        ...common,
        params: ['key', 'default'],
        description: 'Reads a value that a node of this run has set.',
        run: async (input, context) => {
          const stored = await values(context);
          const key = keyOf(input);
          return Object.hasOwn(stored, key) ? stored[key] : (input['default'] ?? null);
        },
      },
      set: {
        ...common,
        params: ['key', 'value'],
        description: 'Sets a value for all nodes of this run.',
        run: async (input, context) => {
          const key = keyOf(input);
          await merge(entities, context.runId, { [key]: input['value'] ?? null });
          return { key, stored: true };
        },
      },
      update: {
        ...common,
        params: ['data'],
        description: 'Sets several values for all nodes of this run.',
        run: async ({ data = null }, context) => {
          if (!isJsonObject(data)) throw new PermanentError('arguments_invalid', "'update' needs a mapping as its 'data'.");
          await merge(entities, context.runId, data);
          return { keys_updated: Object.keys(data).length };
        },
      },
      snapshot: {
        ...common,
        params: [],
        description: 'Reads all values that nodes of this run have set.',
        run: (_, context) => values(context),
      },
    },
  };
}

function keyOf({ key = null }: JsonObject): string {
  if (typeof key === 'string' && key !== '') return key;
  throw new PermanentError('arguments_invalid', "'key' must be a text that is not empty.");
}

async function merge(entities: EntityStore, runId: string, change: Readonly<Record<string, JsonValue>>): Promise<void> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    if (attempt > 0) await wait(Math.random() * 20 * attempt);
    const stored = await entities.read(ENTITY_TYPE, runId);
    const value = { ...stored?.value, ...change };
    if (Buffer.byteLength(JSON.stringify(value)) > MAX_BYTES) {
      const message = `The run's memory would hold more than ${MAX_BYTES / 1024} KiB.`;
      throw new PermanentError('memory_full', `${message} Keep large values as artifacts and remember their names.`);
    }
    if (await entities.write(ENTITY_TYPE, runId, value, stored?.version ?? null, { ttlSeconds: KEPT_SECONDS })) return;
  }
  throw new TransientError('memory_contended', "Too many nodes write the run's memory at the same time. Try again later.");
}
