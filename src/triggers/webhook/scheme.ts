import { z } from 'zod';
import type { JsonObject } from '../../json.ts';
import { problemsOf } from '../../pipeline/schema-problems.ts';
import { SchemeSettingsError } from '../../webhooks/errors.ts';
import { type HmacSettings, hmacScheme } from '../../webhooks/hmac.ts';
import type { SignatureScheme } from '../../webhooks/scheme.ts';
import { findScheme } from '../../webhooks/schemes.ts';
import { SECRET_ENCODINGS } from '../../webhooks/secret-key.ts';
import { HMAC_ALGORITHMS, SIGNATURE_ENCODINGS } from '../../webhooks/signature.ts';
import type { Report } from '../trigger-report.ts';

const hmacSettings = z.object({
  header: z.string(),
  algorithm: z.enum(HMAC_ALGORITHMS).exactOptional(),
  encoding: z.enum(SIGNATURE_ENCODINGS).exactOptional(),
  prefix: z.string().exactOptional(),
  timestamp_header: z.string().exactOptional(),
  id_header: z.string().exactOptional(),
  template: z.string().exactOptional(),
  secret_encoding: z.enum(SECRET_ENCODINGS).exactOptional(),
});

/** What the scheme `hmac` can be told. */
export const HMAC_FIELDS: readonly string[] = Object.keys(hmacSettings.shape);

/** The scheme that `verify` names; `hmac` is made to measure. `onUnknown` tells that there is none of the name. */
export function readScheme(verify: JsonObject, report: Report, onUnknown: () => void): SignatureScheme | undefined {
  const { scheme: name } = verify;
  if (name === 'hmac') return readHmac(verify, report);
  const scheme = typeof name === 'string' ? findScheme(name, { header: 'x-signature' }) : undefined;
  if (scheme === undefined) onUnknown();
  return scheme;
}

function readHmac(verify: JsonObject, report: Report): SignatureScheme | undefined {
  const result = hmacSettings.safeParse(verify);
  if (!result.success) {
    for (const { code, path, message, remedy } of problemsOf(result.error, verify)) report({ code, path, message, remedy });
    return undefined;
  }
  const { timestamp_header: timestampHeader, id_header: idHeader, secret_encoding: secretEncoding, ...same } = result.data;
  const settings: HmacSettings = {
    ...same,
    ...(timestampHeader === undefined ? {} : { timestampHeader }),
    ...(idHeader === undefined ? {} : { idHeader }),
    ...(secretEncoding === undefined ? {} : { secretEncoding }),
  };
  try {
    return hmacScheme(settings);
  } catch (error) {
    if (!(error instanceof SchemeSettingsError)) throw error;
    report({ code: error.code, path: [], message: error.message });
    return undefined;
  }
}
