import type { AppFunction } from './app-registry.ts';
import type { HostExtension, RegisteredFunction } from './extension.ts';
import type { HostLogger } from './logging.ts';
import type { NamedData } from './typed-data.ts';

const LOG_CATEGORY = 'Host.Startup';

/** Whether host.json's `functions` lists it (or lists none) and no `AzureWebJobs.NAME.Disabled` switches it off. */
export function isEnabled(
  { name }: RegisteredFunction,
  listed: readonly string[] | undefined,
  environment: NodeJS.ProcessEnv,
): boolean {
  if (listed?.some((entry) => entry.toLowerCase() === name.toLowerCase()) === false) return false;
  return !/^(true|1)$/i.test(environment[`AzureWebJobs.${name}.Disabled`] ?? '');
}

/** Says in the log what will not work here although it would in Azure. */
export function warnOfUnserved(
  functions: readonly AppFunction[],
  extensions: readonly HostExtension[],
  logger: HostLogger,
): void {
  const served = new Set(['httptrigger', ...extensions.flatMap(({ triggerTypes }) => triggerTypes)]);
  for (const { name, trigger, metadata } of functions) {
    if (!served.has(trigger.binding.type.toLowerCase())) {
      const message = `The function '${name}' will not run: this host does not serve triggers of type ${trigger.binding.type}.`;
      logger.write('warning', LOG_CATEGORY, message);
    }
    if (metadata.retryOptions !== undefined) {
      const message = `The function '${name}' will not be retried: this host does not follow retry policies.`;
      logger.write('warning', LOG_CATEGORY, message);
    }
  }
}

/** What gives each function the data of its input bindings; one that no extension serves arrives as undefined. */
export function inputDataOf(
  functions: readonly RegisteredFunction[],
  extensions: readonly HostExtension[],
): (fn: RegisteredFunction) => readonly NamedData[] {
  const inputsById = new Map(
    functions.map((fn) => [
      fn.id,
      Object.entries(fn.bindings).filter(([name, { direction }]) => direction === 'in' && name !== fn.trigger.name),
    ]),
  );
  return (fn) =>
    (inputsById.get(fn.id) ?? []).flatMap(([name, binding]) => {
      for (const extension of extensions) {
        const data = extension.inputData?.(binding);
        if (data !== undefined) return [{ name, data }];
      }
      return [];
    });
}
