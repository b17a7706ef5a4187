import { z } from 'zod';
import { HostStartError } from './errors.ts';
import type { ExtensionHost, RegisteredFunction } from './extension.ts';

/** The functions with a trigger of that type (lower case). */
export function functionsOfType(type: string, { functions }: ExtensionHost): readonly RegisteredFunction[] {
  return functions.filter((fn) => fn.trigger.binding.type.toLowerCase() === type);
}

/** @throws HostStartError `binding_invalid` */
export function parseTriggerBinding<T extends z.ZodType>(schema: T, fn: RegisteredFunction): z.infer<T> {
  const parsed = schema.safeParse(fn.trigger.binding);
  if (parsed.success) return parsed.data;
  throw new HostStartError('binding_invalid', `The trigger of '${fn.name}' is not valid: ${z.prettifyError(parsed.error)}`);
}

/**
 * The connection string that a trigger's `connection` names, found as the real host finds it. `identitySuffix` is that of the setting
 * which would name an account to be reached by an identity instead.
 *
 * @throws HostStartError `setting_missing`, `unsupported_feature`
 */
export function connectionStringOf(fn: RegisteredFunction, name: string, identitySuffix: string, host: ExtensionHost): string {
  const value = host.setting(name) ?? host.setting(`AzureWebJobs${name}`) ?? host.setting(`ConnectionStrings:${name}`);
  if (value !== undefined && value !== '') return value;
  if (host.setting(`${name}__${identitySuffix}`) !== undefined) {
    throw unsupportedTrigger(fn, `an identity for the connection ${name}`, `set ${name} to a connection string`);
  }
  throw new HostStartError(
    'setting_missing',
    `The trigger of '${fn.name}' needs the setting ${name} with a connection string, and it is not set.`,
  );
}

export function unsupportedTrigger(fn: RegisteredFunction, what: string, remedy: string): HostStartError {
  return new HostStartError(
    'unsupported_feature',
    `The trigger of '${fn.name}' asks for ${what}, which this host does not serve: ${remedy}.`,
  );
}
