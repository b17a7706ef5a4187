import { availableParallelism } from 'node:os';
import { z } from 'zod';
import type { ExtensionHost } from '../functions-host/extension.ts';

const concurrency = z.number().int().positive();
const section = z.object({
  hubName: z.string().default('DurableFunctionsHub'),
  maxConcurrentActivityFunctions: concurrency.optional(),
  maxConcurrentOrchestratorFunctions: concurrency.optional(),
  defaultVersion: z.string().default(''),
});

export interface DurableSettings {
  readonly hubName: string;
  readonly maxConcurrentActivityFunctions: number;
  readonly maxConcurrentOrchestratorFunctions: number;
  /** Version of instances that are started without one. */
  readonly defaultVersion: string;
}

/** A section of host.json this extension can't work with. */
class InvalidHostSectionError extends Error {
  readonly code = 'invalid_host_section';

  constructor(problems: string) {
    super(`extensions.durableTask of host.json is not valid: ${problems}`);
    this.name = 'InvalidHostSectionError';
  }
}

/** Reads `extensions.durableTask` of host.json; other keys than these say how Azure is to run the hub and are ignored. */
export function readSettings(host: ExtensionHost): DurableSettings {
  const parsed = section.safeParse(host.hostSection('durableTask'));
  if (!parsed.success) throw new InvalidHostSectionError(z.prettifyError(parsed.error));
  const perCore = 10 * availableParallelism();
  return {
    hubName: host.resolve(parsed.data.hubName),
    maxConcurrentActivityFunctions: parsed.data.maxConcurrentActivityFunctions ?? perCore,
    maxConcurrentOrchestratorFunctions: parsed.data.maxConcurrentOrchestratorFunctions ?? perCore,
    defaultVersion: parsed.data.defaultVersion,
  };
}
