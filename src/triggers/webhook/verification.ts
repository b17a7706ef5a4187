import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { parseDuration } from '../../pipeline/duration.ts';
import { didYouMean } from '../../pipeline/near-match.ts';
import type { SignatureScheme } from '../../webhooks/scheme.ts';
import { SCHEME_NAMES } from '../../webhooks/schemes.ts';
import { DEFAULT_TOLERANCE_SECONDS } from '../../webhooks/verify.ts';
import type { SourceContext } from '../source-kind.ts';
import { type Report, reportUnknownFields, shorten } from '../trigger-report.ts';
import { HMAC_FIELDS, readScheme } from './scheme.ts';
import { readSecretNames } from './secret-names.ts';

/** How a sender shows that a request is its own. */
export type Verification = SignatureVerification | TokenVerification | { readonly kind: 'none' };

export interface SignatureVerification {
  readonly kind: 'signature';
  readonly scheme: SignatureScheme;
  /** The settings that hold the secrets: one, or two while one replaces the other. */
  readonly secretNames: readonly string[];
  readonly toleranceSeconds: number;
}

/** An access token of the directory that the app trusts. */
export interface TokenVerification {
  readonly kind: 'token';
  /** What the token must grant. */
  readonly role: string;
}

const NAMES = [...SCHEME_NAMES, 'entra', 'none'];
const SIGNATURE_FIELDS = ['scheme', 'secret', 'tolerance'];
const DEFAULT_ROLE = 'Runs.Write';
const ROLE = /^[\w.-]{1,120}$/;
const MAX_TOLERANCE_MS = 10 * 60_000;

/** Reads `verify`: the name of a scheme with its settings, or the word `none`. */
export function readVerification(value: JsonValue | undefined, around: Report, context: SourceContext): Verification | undefined {
  const verify = value === 'none' ? { scheme: value } : value;
  if (!isJsonObject(verify)) {
    around({
      code: 'signature_required',
      path: value === undefined ? [] : ['verify'],
      message: "'verify' is missing or no mapping: anybody could start runs.",
      remedy: `Write 'verify: {scheme: standard_webhooks, secret: \${NAME}}', or 'verify: none' if that is what you want.`,
    });
    return undefined;
  }
  const report: Report = (problem) => around({ ...problem, path: ['verify', ...problem.path] });
  const { scheme } = verify;
  if (scheme === 'none') return readNone(verify, report);
  if (scheme === 'entra') return readToken(verify, report);
  return readSignature(verify, report, context);
}

function readNone(verify: JsonObject, report: Report): Verification {
  reportUnknownFields(verify, ['scheme'], report);
  report({
    severity: 'warning',
    code: 'webhook_unsigned',
    path: [],
    message: 'Whoever knows the address can start runs: nothing of a request is verified.',
    remedy: 'Let the sender sign, and name its scheme; otherwise keep the address secret, and the network closed.',
  });
  return { kind: 'none' };
}

function readToken(verify: JsonObject, report: Report): Verification | undefined {
  reportUnknownFields(verify, ['scheme', 'role'], report);
  const role = verify['role'] ?? DEFAULT_ROLE;
  if (typeof role === 'string' && ROLE.test(role)) return { kind: 'token', role };
  const remedy = `Write the value of an app role, such as '${DEFAULT_ROLE}'.`;
  report({ code: 'field_type', path: ['role'], message: "'role' is no app role.", remedy });
  return undefined;
}

function readSignature(verify: JsonObject, report: Report, context: SourceContext): Verification | undefined {
  const scheme = readScheme(verify, report, () => reportScheme(verify['scheme'], report));
  const secretNames = readSecretNames(verify['secret'], scheme, report, context);
  const toleranceSeconds = readTolerance(verify['tolerance'], scheme, report);
  if (scheme === undefined || secretNames === undefined || toleranceSeconds === undefined) return undefined;
  reportUnknownFields(verify, [...SIGNATURE_FIELDS, ...(scheme.name === 'hmac' ? HMAC_FIELDS : [])], report);
  return { kind: 'signature', scheme, secretNames, toleranceSeconds };
}

function reportScheme(name: JsonValue | undefined, report: Report): void {
  const remedy = `Write one of ${NAMES.join(', ')}.`;
  if (typeof name !== 'string') {
    report({ code: 'signature_required', path: [], message: "'scheme' is missing or no text.", remedy });
    return;
  }
  const message = `There is no scheme '${shorten(name)}'.`;
  report({ code: 'scheme_unknown', path: ['scheme'], message, remedy: didYouMean(name, NAMES) ?? remedy });
}

/** Seconds. What was signed longer ago may have been recorded by somebody, so the time is bounded. */
function readTolerance(value: JsonValue | undefined, scheme: SignatureScheme | undefined, report: Report): number | undefined {
  if (value === undefined || value === null) return DEFAULT_TOLERANCE_SECONDS;
  const milliseconds = parseDuration(value);
  if (milliseconds === undefined || milliseconds < 1_000 || milliseconds > MAX_TOLERANCE_MS) {
    const message = "'tolerance' is out of range.";
    const remedy = "Write a duration from 1 second to 10 minutes, such as '5m'; a longer one would let recorded requests in.";
    report({ code: 'tolerance_range', path: ['tolerance'], message, remedy });
    return undefined;
  }
  if (scheme !== undefined && !scheme.content.includes('{timestamp}')) {
    const message = `'tolerance' has no effect: the scheme ${scheme.name} signs no time here.`;
    report({ severity: 'warning', code: 'key_not_supported', path: ['tolerance'], message, remedy: 'Remove it.' });
  }
  return milliseconds / 1_000;
}
