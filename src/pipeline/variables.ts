import type { JsonObject, JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Path, SourceDocument } from './documents.ts';
import { mapTexts } from './map-texts.ts';
import { didYouMean } from './near-match.ts';
import { plainScalar } from './plain-scalar.ts';
import { Report } from './report.ts';
import { holdsSecret } from './secret-forms.ts';
import { referencesInText, replaceReferences } from './variable-reference.ts';

export type Variables = Readonly<Record<string, string | undefined>>;

const SECRET_NAME = /(?:^|_)(?:KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL|CONNECTION_STRING|SAS)$|^SECRET_/;
const HOLDERS: ReadonlySet<string | number | undefined> = new Set(['spec', 'settings']);
const CONFIG_KEYS: ReadonlySet<string | number | undefined> = new Set(['config', 'params']);

/** Whether a variable holds a secret: by its name, or because a pipeline lists it in `spec.secrets`. */
export type IsSecret = (name: string) => boolean;

/**
 * Reads a pipeline's `spec.secrets`: names of variables besides those whose name tells.
 * @param isListed those that are secrets already, because the pipeline that this one is a body of lists them
 */
export function readSecrets(
  pipeline: SourceDocument | undefined,
  diagnostics: Diagnostics,
  isListed: IsSecret = () => false,
): IsSecret {
  const listed = new Set<string>();
  if (pipeline !== undefined) readListed(pipeline, listed, new Report(pipeline, diagnostics));
  return (name) => SECRET_NAME.test(name) || listed.has(name) || isListed(name);
}

function readListed({ value }: SourceDocument, listed: Set<string>, report: Report): void {
  const written = isJsonObject(value['spec']) ? value['spec']['secrets'] : undefined;
  if (written !== undefined && !Array.isArray(written)) {
    const message = "'spec.secrets' must be a list of names of variables.";
    report.error(['spec', 'secrets'], { code: 'type_list', message, remedy: 'Write [NAME, OTHER_NAME].' });
  }
  for (const [index, name] of (Array.isArray(written) ? written : []).entries()) {
    if (typeof name === 'string' && /^[A-Z_][A-Z0-9_]*$/.test(name)) listed.add(name);
    else {
      const remedy = `Use capitals, digits and '_': \${NAME} is listed as NAME.`;
      report.error(['spec', 'secrets', index], { code: 'name_invalid', message: 'This is no name of a variable.', remedy });
    }
  }
}

export interface Substitution {
  readonly value: JsonObject;
  /** Paths, as JSON, of the texts that are no longer what was written. */
  readonly rewritten: ReadonlySet<string>;
}

export interface SubstitutionOptions {
  readonly variables: Variables;
  readonly isSecret: IsSecret;
  /** Whether secrets may be referred to at a path: only where they are put in place when they are needed. */
  readonly allowsSecret: (path: Path) => boolean;
}

/**
 * Puts `${NAME}` and `${NAME:default}` in place. A scalar that was one reference becomes a number or boolean if it reads as one.
 * References to secrets stay as they are: what is compiled never holds a secret.
 */
export function substituteVariables(
  document: SourceDocument,
  { variables, isSecret, allowsSecret }: SubstitutionOptions,
  report: Report,
): Substitution {
  const rewritten = new Set<string>();
  const replace = (text: string, path: Path): JsonValue => {
    if (!text.includes('${')) return text;
    const replaced = replaceReferences(text, ({ name, fallback, text: reference, offset }) => {
      const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
      if (isSecret(name) || (value !== undefined && holdsSecret(value))) {
        if (!allowsSecret(path)) reportMisplaced(name, [...path], offset, report);
        return reference;
      }
      if (value === undefined && fallback === undefined) reportUnset(name, [...path], offset, variables, report);
      return value ?? fallback ?? '';
    });
    if (replaced === text) return text;
    rewritten.add(JSON.stringify(path));
    const [first] = referencesInText(text);
    return first?.text === text ? plainScalar(replaced) : replaced;
  };
  const value = mapTexts(document.value, replace);
  return { value: isJsonObject(value) ? value : document.value, rewritten };
}

/** The configuration of ports and services of a pipeline, and of the ports of its nodes. */
export function isPipelineConfig(path: Path): boolean {
  return path[0] === 'spec' && path.some((segment, at) => CONFIG_KEYS.has(segment) && isConfigKey(path, at));
}

function isConfigKey(path: Path, at: number): boolean {
  if (path[1] === 'services') return at === 3;
  if (path[1] === 'type_ports') return at >= 4;
  return isPortConfig(path, at);
}

function isPortConfig(path: Path, at: number): boolean {
  // A port of the pipeline, or of one of its nodes: `spec.ports.llm.config`, `spec.ports.llm.adapters[0].config`.
  const isPort = (ports: number) => path[ports] === 'ports' && HOLDERS.has(path[ports - 1]);
  return isPort(at - 2) || (isPort(at - 4) && path[at - 2] === 'adapters');
}

/** The configuration of the ports of a macro's nodes. */
export function isMacroConfig(path: Path): boolean {
  return path[0] === 'nodes' && path.some((segment, at) => CONFIG_KEYS.has(segment) && isPortConfig(path, at));
}

/** The configuration in an Adapter document. */
export function isAdapterConfig([top, key]: Path): boolean {
  return top === 'spec' && CONFIG_KEYS.has(key);
}

function reportMisplaced(name: string, path: Path, offset: number, report: Report): void {
  report.voidWithin(path, offset, {
    code: 'secret_misplaced',
    message: `'${name}' is a secret by its name or its form, and secrets are put in place only in the 'config' of a port or a service.`,
    remedy: 'Move it into the config of the port that needs it, or give the variable another name if it holds no secret.',
  });
}

function reportUnset(name: string, path: Path, offset: number, variables: Variables, report: Report): void {
  const remedy = () => didYouMean(name, Object.keys(variables)) ?? `Set it, or write a default: \${${name}:value}.`;
  report.voidWithin(path, offset, { code: 'variable_unset', message: `Variable '${name}' is not set.`, remedy });
}
