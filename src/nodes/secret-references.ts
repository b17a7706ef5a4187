import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { SecretSource } from '../ports/secret-source.ts';
import { PermanentError } from './errors.ts';

/** `${NAME}` or `${NAME:default}`. */
const REFERENCE = /\$\{([A-Z_][A-Z0-9_]*)(?::([^}]*))?\}/g;

/** Names of the secrets that the value refers to without a default and that the source does not have, in order of appearance. */
function missingSecrets(value: JsonValue, secrets: SecretSource): readonly string[] {
  const missing = referencesIn(value).filter(({ name, fallback }) => fallback === undefined && !secrets.get(name));
  return [...new Set(missing.map(({ name }) => name))];
}

/** Names of all secrets that the plan's ports and services need and the source does not have: for checks ahead of a run. */
export function missingSecretsOf({ ports = {}, services = {} }: Plan, secrets: SecretSource): readonly string[] {
  const configs = [
    ...Object.values(ports).flatMap(({ adapters }) => adapters.map(({ config }) => config)),
    ...Object.values(services).map(({ config }) => config),
  ];
  return missingSecrets(configs, secrets);
}

/**
 * @param owner for the message: "port 'llm'"
 * @throws PermanentError (`secret_missing`) with the names of all that are missing
 */
export function requireSecrets(value: JsonValue, secrets: SecretSource, owner: string): void {
  const missing = missingSecrets(value, secrets);
  if (missing.length === 0) return;
  const message = `The configuration of ${owner} refers to secrets that are not set: ${missing.join(', ')}.`;
  throw new PermanentError('secret_missing', `${message} Set them, or give each a default: \${NAME:default}.`);
}

/**
 * The configuration with every reference replaced by its secret, always as text.
 * @throws PermanentError as `requireSecrets` does
 */
export function withSecrets(config: JsonObject, secrets: SecretSource, owner: string): JsonObject {
  requireSecrets(config, secrets, owner);
  return mapValues(config, (text) => text.replace(REFERENCE, (_, name, fallback) => secrets.get(name) || (fallback ?? '')));
}

function referencesIn(value: JsonValue): readonly { readonly name: string; readonly fallback: string | undefined }[] {
  if (typeof value === 'string') {
    return [...value.matchAll(REFERENCE)].map(([, name = '', fallback]) => ({ name, fallback }));
  }
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  return isJsonObject(value) ? Object.values(value).flatMap(referencesIn) : [];
}

function mapTexts(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  return isJsonObject(value) ? mapValues(value, change) : value;
}

function mapValues(value: JsonObject, change: (text: string) => string): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
}
