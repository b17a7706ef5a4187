import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { mapTexts } from '../pipeline/map-texts.ts';
import type { Plan, PlanNode, PlanPort } from '../pipeline/plan.ts';
import { textsIn } from '../pipeline/value-at.ts';
import { referencesInText, replaceReferences } from '../pipeline/variable-reference.ts';
import type { SecretSource } from '../ports/secret-source.ts';
import { PermanentError } from './errors.ts';

/** Names of the secrets that the value refers to without a default and that the source does not have, in order of appearance. */
function missingSecrets(value: JsonValue, secrets: SecretSource): readonly string[] {
  const references = textsIn(value).flatMap(referencesInText);
  const missing = references.filter(({ name, fallback }) => fallback === undefined && !secrets.get(name));
  return [...new Set(missing.map(({ name }) => name))];
}

/** Names of all secrets that the ports and services of the plan and its nodes need and the source does not have: for checks ahead of a run. */
export function missingSecretsOf({ ports = {}, services = {}, nodes }: Plan, secrets: SecretSource): readonly string[] {
  const configs = [
    ...[...Object.values(ports), ...portsOfNodes(nodes)].flatMap(({ adapters }) => adapters.map(({ config }) => config)),
    ...Object.values(services).map(({ config }) => config),
  ];
  return missingSecrets(configs, secrets);
}

function portsOfNodes(nodes: readonly PlanNode[]): readonly PlanPort[] {
  return nodes.flatMap(({ ports = {}, bodies = {} }) => [
    ...Object.values(ports),
    ...Object.values(bodies).flatMap((body) => portsOfNodes(body.nodes)),
  ]);
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
  const resolved = mapTexts(config, (text) =>
    replaceReferences(text, ({ name, fallback = '' }) => secrets.get(name) || fallback),
  );
  return isJsonObject(resolved) ? resolved : config;
}
