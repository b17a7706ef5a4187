import { isJsonArray, type JsonObject, type JsonValue } from '../../json.ts';
import type { SourceContext, SourceKind } from '../source-kind.ts';
import { type Report, reportUnknownFields, shorten } from '../trigger-report.ts';
import { readVerification, type Verification } from './verification.ts';

/** A route that senders post events to. */
export interface WebhookSource {
  readonly type: 'webhook';
  /** Below `/api/webhooks/`, without a slash in front. */
  readonly path: string;
  readonly verification: Verification;
  readonly format: EventFormat;
  /** Who may deliver CloudEvents, as the handshake asks: names of hosts, or `*`. */
  readonly allowedOrigins: readonly string[];
  /** Requests a minute that one process accepts. */
  readonly requestsPerMinute: number;
}

/** `plain`: the body is the event's data. */
export type EventFormat = 'plain' | 'cloud_events' | 'event_grid';

const FIELDS = ['path', 'verify', 'events', 'allowed_origins', 'rate_limit'];
const FORMATS: readonly EventFormat[] = ['plain', 'cloud_events', 'event_grid'];
const DEFAULT_REQUESTS_PER_MINUTE = 1_000;
const MAX_REQUESTS_PER_MINUTE = 1_000_000;

const MAX_PATH = 100;
const PATH = /^[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/;
/** Where routes of the app and its host begin. A webhook's path that reads like one of them would be mistaken for it. */
const RESERVED = /^(?:api|admin|runtime)(?:\/|$)/i;
const ORIGIN = /^(?:\*|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)$/i;

export const webhookKind: SourceKind<WebhookSource> = {
  type: 'webhook',
  read: readWebhookSource,
  /** The host tells routes apart without regard to case. */
  exclusive: ({ path }) => ({
    resource: `webhooks/${path.toLowerCase()}`,
    message: `The path '${path}' has two triggers`,
    remedy: 'Give each webhook a path of its own.',
  }),
};

function readWebhookSource(config: JsonObject, report: Report, context: SourceContext): WebhookSource | undefined {
  reportUnknownFields(config, FIELDS, report);
  const path = readPath(config['path'], report);
  const verification = readVerification(config['verify'], report, context);
  const format = readFormat(config['events'], report);
  const allowedOrigins = readOrigins(config['allowed_origins'], report);
  const requestsPerMinute = readRate(config['rate_limit'], report);
  if (path === undefined || verification === undefined || format === undefined) return undefined;
  if (allowedOrigins === undefined || requestsPerMinute === undefined) return undefined;
  return { type: 'webhook', path, verification, format, allowedOrigins, requestsPerMinute };
}

function readPath(value: JsonValue | undefined, report: Report): string | undefined {
  const remedy = `Write letters, digits, '.', '-', '_' and '/' between, ${MAX_PATH} characters at most: 'path: payments'.`;
  if (value === undefined || value === null) {
    report({ code: 'field_missing', path: [], message: "'path' is missing.", remedy });
    return undefined;
  }
  const path = typeof value === 'string' ? value.replace(/^\//, '') : '';
  if (RESERVED.test(path)) {
    const message = `The path '${shorten(path)}' reads like a route of the app itself.`;
    const advice = "The route is '/api/webhooks/' and this path: write what comes after it, such as 'path: payments'.";
    report({ code: 'route_conflict', path: ['path'], message, remedy: advice });
    return undefined;
  }
  if (path.length <= MAX_PATH && PATH.test(path)) return path;
  report({ code: 'route_invalid', path: ['path'], message: "'path' cannot be part of a route.", remedy });
  return undefined;
}

function readFormat(value: JsonValue | undefined, report: Report): EventFormat | undefined {
  const format = FORMATS.find((one) => one === (value ?? 'plain'));
  if (format !== undefined) return format;
  const remedy = `Write one of ${FORMATS.join(', ')}.`;
  report({ code: 'field_type', path: ['events'], message: "'events' is no form of events.", remedy });
  return undefined;
}

function readOrigins(value: JsonValue | undefined, report: Report): readonly string[] | undefined {
  const origins = typeof value === 'string' ? [value] : (value ?? []);
  if (isJsonArray(origins) && origins.every((origin) => typeof origin === 'string' && ORIGIN.test(origin)))
    return origins.map(String);
  const remedy = "Write names of hosts, as senders give them: 'allowed_origins: [eventgrid.azure.net]'.";
  report({ code: 'field_type', path: ['allowed_origins'], message: "'allowed_origins' must be a list of hosts.", remedy });
  return undefined;
}

function readRate(value: JsonValue | undefined, report: Report): number | undefined {
  const rate = value ?? DEFAULT_REQUESTS_PER_MINUTE;
  if (typeof rate === 'number' && Number.isInteger(rate) && rate >= 1 && rate <= MAX_REQUESTS_PER_MINUTE) return rate;
  const message = "'rate_limit' is out of range.";
  const remedy = `Write requests a minute, an integer from 1 to ${MAX_REQUESTS_PER_MINUTE}.`;
  report({ code: 'integer_range', path: ['rate_limit'], message, remedy });
  return undefined;
}
