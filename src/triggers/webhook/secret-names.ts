import { isJsonArray, type JsonValue } from '../../json.ts';
import { WebhookRefusal } from '../../webhooks/errors.ts';
import type { SignatureScheme } from '../../webhooks/scheme.ts';
import { settingReferred } from '../setting-name.ts';
import type { SourceContext } from '../source-kind.ts';
import type { Report } from '../trigger-report.ts';

const REMEDY = `Put it into a setting and write 'secret: \${NAME}', or '[\${NEW}, \${OLD}]' while one replaces the other.`;
/** More are never valid at once, and each costs a computation. */
const MAX_SECRETS = 2;

/**
 * The names of the settings that hold the secrets. A secret itself never belongs into a document, nor into a message about it.
 * Settings that are known where the document is read are looked at, so that a secret that cannot be one is told early.
 */
export function readSecretNames(
  value: JsonValue | undefined,
  scheme: SignatureScheme | undefined,
  report: Report,
  { settings }: SourceContext,
): readonly string[] | undefined {
  const given = value === undefined || value === null ? [] : isJsonArray(value) ? value : [value];
  if (given.length === 0) {
    report({ code: 'field_missing', path: [], message: "'secret' is missing.", remedy: REMEDY });
    return undefined;
  }
  if (given.length > MAX_SECRETS) {
    const message = `'secret' lists more than ${MAX_SECRETS} settings.`;
    report({ code: 'field_type', path: ['secret'], message, remedy: 'Keep the new secret and the one that it replaces.' });
    return undefined;
  }
  const path = (index: number) => (given === value ? ['secret', index] : ['secret']);
  const names = given.map((one, index) => readSecretName(one, scheme, (problem) => report({ ...problem, path: path(index) })));
  for (const [index, name] of names.entries()) {
    const secret = settings[name ?? ''] ?? '';
    const fault = secret === '' || scheme === undefined ? undefined : faultOf(scheme, secret);
    if (fault === undefined) continue;
    const message = `The setting ${name} holds nothing that the scheme could verify with, so all requests are refused. ${fault}`;
    const remedy = 'Copy the secret from the sender again, as a whole.';
    report({ severity: 'warning', code: 'secret_format', path: path(index), message, remedy });
  }
  const known = names.filter((name) => name !== undefined);
  return known.length === names.length ? known : undefined;
}

function readSecretName(value: JsonValue | undefined, scheme: SignatureScheme | undefined, report: Report): string | undefined {
  const name = settingReferred(value);
  if (name !== undefined) return name;
  const fault = typeof value === 'string' && scheme !== undefined ? faultOf(scheme, value) : undefined;
  if (fault !== undefined) {
    const message = `'secret' does not name a setting, and could not be a secret either. ${fault}`;
    report({ code: 'secret_format', path: [], message, remedy: REMEDY });
  } else {
    report({ code: 'secret_inline', path: [], message: "'secret' does not name a setting.", remedy: REMEDY });
  }
  return undefined;
}

/** Why a text cannot be a secret of the scheme: a sentence without the text. */
function faultOf(scheme: SignatureScheme, secret: string): string | undefined {
  try {
    scheme.readKey(secret);
    return undefined;
  } catch (error) {
    if (error instanceof WebhookRefusal) return error.message;
    throw error;
  }
}
