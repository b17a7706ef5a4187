import { z } from 'zod';
import { defineAdapter } from '../../nodes/adapters.ts';
import { parseDuration } from '../../pipeline/duration.ts';
import { FetchHttpClient } from './fetch-http-client.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_REDIRECTS = 10;
const MAX_RESPONSE_BYTES = 10 * 1024 * 1024;

const config = z.strictObject({
  base_url: z
    .url({ protocol: /^https?$/ })
    .refine((text) => !/[?#@]/.test(text), 'A base has no query, no fragment and no credentials.')
    .optional(),
  /** Seconds, or a duration such as `30s`. */
  timeout: z
    .union([z.number(), z.string()])
    .transform((value) => parseDuration(value) ?? Number.NaN)
    .pipe(z.number().positive().finite())
    .default(DEFAULT_TIMEOUT_MS),
  headers: z.record(z.string(), z.string()).default({}),
  bearer_token: z.string().min(1).optional(),
  basic_auth_username: z.string().optional(),
  basic_auth_password: z.string().optional(),
  follow_redirects: z.boolean().default(true),
  raise_for_status: z.boolean().default(true),
  max_response_bytes: z.int().positive().max(100_000_000).default(MAX_RESPONSE_BYTES),
  /** Whether addresses of this machine and its network may be called besides the base's own. */
  allow_private: z.boolean().default(false),
});

/** What `api_call_node` calls through. */
export const httpClientAdapter = defineAdapter('http_client', {
  aliases: ['http', 'api_call', 'http_client_adapter', 'HttpClientAdapter', 'HttpClient'],
  config,
  create: (given, { clock }) =>
    new FetchHttpClient(
      {
        baseUrl: given.base_url,
        timeoutMs: given.timeout,
        headers: { ...given.headers, ...authorization(given) },
        followRedirects: given.follow_redirects,
        maxRedirects: MAX_REDIRECTS,
        raiseForStatus: given.raise_for_status,
        maxResponseBytes: given.max_response_bytes,
        allowPrivate: given.allow_private,
      },
      clock,
    ),
});

function authorization(given: z.infer<typeof config>): Record<string, string> {
  if (given.bearer_token !== undefined) return { authorization: `Bearer ${given.bearer_token}` };
  const { basic_auth_username: user, basic_auth_password: password } = given;
  if (user === undefined && password === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${user ?? ''}:${password ?? ''}`).toString('base64')}` };
}
