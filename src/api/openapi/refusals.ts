import { STATUS_CODES } from 'node:http';
import type { JsonObject } from '../../json.ts';
import type { Route } from '../route.ts';
import { problemDocument } from '../schemas/problem.ts';
import { type AnswerHeader, headersOf } from './headers.ts';
import { schemaOf } from './schemas.ts';

/** Codes by status. */
type Refusals = Readonly<Record<number, readonly string[]>>;

/** Of every route. */
const ALWAYS: Refusals = {
  413: ['body_too_large'],
  500: ['internal_error'],
};

/** Of every route that asks who calls. */
const GUARDED: Refusals = {
  400: ['query_unknown', 'query_repeated'],
  401: [
    'token_missing',
    'token_malformed',
    'alg_not_allowed',
    'token_expired',
    'token_not_yet_valid',
    'issuer_mismatch',
    'audience_mismatch',
    'key_not_found',
    'signature_mismatch',
  ],
  403: ['role_missing', 'access_local_only'],
  429: ['rate_limited'],
  503: ['dependency_unavailable', 'answer_timeout', 'keys_unavailable', 'config_invalid'],
};

/** Of every route whose path names a run. */
const OF_RUNS: Refusals = { 400: ['run_id_invalid'] };

/** What goes with the status of a refusal. */
const HEADERS_OF: Readonly<Record<string, readonly AnswerHeader[]>> = {
  401: ['www-authenticate'],
  403: ['www-authenticate'],
  409: ['retry-after'],
  429: ['retry-after'],
  503: ['retry-after'],
};

/** What is to be said of a status besides its codes. */
const REMARKS: Readonly<Record<string, string>> = {
  401: 'Without content where function keys are asked for: the host refuses then, before the app.',
};

/** The answers that many routes have in common, by their names. */
export const COMMON_REFUSALS: JsonObject = Object.fromEntries(
  Object.entries({ ...ALWAYS, ...GUARDED }).map(([status, codes]) => [commonName(status), refusal(status, codes)]),
);

/** The answers by which a route refuses, by status. */
export function refusalsOf(route: Route): JsonObject {
  const common = route.role === 'anyone' ? ALWAYS : { ...ALWAYS, ...GUARDED };
  const own = [route.refusals, ...(route.path.includes('{id}') ? [OF_RUNS] : [])];
  const statuses = [...new Set([common, ...own].flatMap(Object.keys))];
  return Object.fromEntries(
    statuses.map((status) => {
      const shared = common[Number(status)] ?? [];
      const codes = [...new Set([...own.flatMap((refusals) => refusals[Number(status)] ?? []), ...shared])];
      const isCommon = codes.length === shared.length;
      return [status, isCommon ? { $ref: `#/components/responses/${commonName(status)}` } : refusal(status, codes)];
    }),
  );
}

function refusal(status: string, codes: readonly string[]): JsonObject {
  const schema = {
    allOf: [schemaOf(problemDocument), { properties: { status: { const: Number(status) }, code: { enum: codes } } }],
  };
  return {
    description: [`${STATUS_CODES[status]}: ${codes.map((code) => `\`${code}\``).join(', ')}.`, REMARKS[status] ?? '']
      .join(' ')
      .trim(),
    ...headersOf(HEADERS_OF[status] ?? []),
    content: { 'application/problem+json': { schema } },
  };
}

function commonName(status: string): string {
  return `Refused${status}`;
}
