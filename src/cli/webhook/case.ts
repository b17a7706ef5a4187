import { z } from 'zod';
import type { JsonValue } from '../../json.ts';
import { readJson } from '../../triggers/strict-json.ts';
import { diagnoseMismatch } from '../../webhooks/diagnose.ts';
import { SchemeSettingsError } from '../../webhooks/errors.ts';
import type { SignatureScheme } from '../../webhooks/scheme.ts';
import { findScheme, SCHEME_NAMES } from '../../webhooks/schemes.ts';
import { SECRET_ENCODINGS } from '../../webhooks/secret-key.ts';
import { HMAC_ALGORITHMS, SIGNATURE_ENCODINGS } from '../../webhooks/signature.ts';
import { DEFAULT_TOLERANCE_SECONDS, type Verdict, verifyWebhook, type WebhookRequest } from '../../webhooks/verify.ts';
import { CliError } from '../errors.ts';
import { printable } from '../terminal.ts';

/** A request with all that it takes to verify it. */
export interface WebhookCase {
  readonly scheme: SignatureScheme;
  readonly request: WebhookRequest;
  readonly secrets: readonly string[];
  /** Unix milliseconds. */
  readonly now: number;
  readonly toleranceSeconds: number;
}

/** `{accepted: true}`, or why not. */
export interface CaseAnswer {
  readonly accepted: boolean;
  readonly code?: string;
  readonly message?: string;
}

const headerValue = z.union([z.string(), z.number().transform(String)]);
const headers = z.union(
  [
    z.record(z.string(), z.union([headerValue, z.array(headerValue)])).transform(toPairs),
    z.array(z.tuple([z.string(), headerValue])),
  ],
  { error: 'write an object of names and values, or a list of pairs' },
);

const schemeSettings = z.object({
  scheme: z.string(),
  header: z.string().exactOptional(),
  algorithm: z.enum(HMAC_ALGORITHMS).exactOptional(),
  encoding: z.enum(SIGNATURE_ENCODINGS).exactOptional(),
  prefix: z.string().exactOptional(),
  timestampHeader: z.string().exactOptional(),
  idHeader: z.string().exactOptional(),
  template: z.string().exactOptional(),
  secretEncoding: z.enum(SECRET_ENCODINGS).exactOptional(),
});

const webhookCase = schemeSettings.extend({
  headers,
  secret: z.string().exactOptional(),
  secrets: z.array(z.string()).exactOptional(),
  now: z.number().exactOptional(),
  tolerance: z.number().min(0).exactOptional(),
  body: z.string().exactOptional(),
  bodyBase64: z.base64().exactOptional(),
});

/**
 * Reads a case as it stands on a line, times in Unix seconds.
 * @param now Unix milliseconds, for a case that has no time
 * @param body for a case that has none of its own
 * @throws CliError `request_invalid`, `scheme_unknown`, `scheme_settings_invalid`
 */
export function readCase(value: unknown, now: number, body: Uint8Array = Buffer.alloc(0)): WebhookCase {
  const given = parse(webhookCase, value);
  const { secret, secrets = secret === undefined ? [] : [secret] } = given;
  return {
    scheme: readScheme(given),
    request: { headers: given.headers, body: readBody(given) ?? body },
    secrets,
    now: given.now === undefined ? now : given.now * 1000,
    toleranceSeconds: given.tolerance ?? DEFAULT_TOLERANCE_SECONDS,
  };
}

/** @throws CliError `request_invalid`, `scheme_unknown`, `scheme_settings_invalid` */
export function readScheme(value: unknown): SignatureScheme {
  const { scheme: name, header, ...settings } = parse(schemeSettings, value);
  try {
    const scheme = findScheme(name, header === undefined ? undefined : { header, ...settings });
    if (scheme !== undefined) return scheme;
  } catch (error) {
    if (error instanceof SchemeSettingsError) throw new CliError(error.code, error.message, { cause: error });
    throw error;
  }
  throw new CliError('scheme_unknown', `There is no scheme ${printable(name)}: take one of ${SCHEME_NAMES.join(', ')}.`);
}

function readBody({ body, bodyBase64 }: z.infer<typeof webhookCase>): Uint8Array | undefined {
  if (body !== undefined && bodyBase64 !== undefined) {
    throw new CliError('request_invalid', "'body' and 'bodyBase64' exclude each other: give one of them.");
  }
  if (bodyBase64 !== undefined) return Buffer.from(bodyBase64, 'base64');
  return body === undefined ? undefined : Buffer.from(body);
}

/** The verdict, with what else can be found out about a signature that does not fit. */
export function verifyCase({ scheme, request, secrets, now, toleranceSeconds }: WebhookCase): Verdict {
  const verdict = verifyWebhook(scheme, request, secrets, { now, toleranceSeconds });
  if (verdict.kind === 'accepted' || verdict.code !== 'signature_mismatch') return verdict;
  const hint = diagnoseMismatch(scheme, request, secrets);
  return hint === undefined ? verdict : { ...verdict, message: `${verdict.message} ${hint}` };
}

export function caseAnswer(verdict: Verdict): CaseAnswer {
  if (verdict.kind === 'accepted') return { accepted: true };
  return { accepted: false, code: verdict.code, message: verdict.message };
}

/**
 * Reads JSON in which nothing may be given twice: a header that is repeated must not go unnoticed.
 * @throws CliError `input_not_json`
 */
export function parseStrictJson(text: string, place: string): JsonValue {
  const reading = readJson(text, Number.POSITIVE_INFINITY);
  if (reading.kind === 'read') return reading.value;
  const { code, message, offset = 0 } = reading.rejection;
  const problem = code.startsWith('body_') ? `is not JSON at offset ${offset}.` : `cannot be read: ${message}`;
  throw new CliError('input_not_json', `${place} ${problem}`);
}

function toPairs(given: Readonly<Record<string, string | readonly string[]>>): [string, string][] {
  return Object.entries(given).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] satisfies [string, string]] : value.map((one): [string, string] => [name, one]),
  );
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'The request' : `'${printable(issue.path.join('.'))}'`;
  throw new CliError('request_invalid', `${place} is not as it must be: ${issue?.message ?? 'it cannot be read'}.`);
}
