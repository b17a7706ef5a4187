import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';

/** A version of a blob that Event Grid tells of. */
export interface AnnouncedBlob {
  readonly container: string;
  readonly name: string;
  readonly etag: string;
}

/** What Event Grid sends to a webhook: whether it may, or what has happened. */
export type Announcement =
  | { readonly kind: 'validation'; readonly code: string }
  | { readonly kind: 'created'; readonly blobs: readonly AnnouncedBlob[] };

const CREATED = 'Microsoft.Storage.BlobCreated';
const VALIDATION = 'Microsoft.EventGrid.SubscriptionValidationEvent';
const SUBJECT = /^\/blobServices\/default\/containers\/([^/]+)\/blobs\/(.+)$/s;

/** One event, in the schema of Event Grid or as a CloudEvent: they differ in how they call the type. */
const eventSchema = z.object({
  eventType: z.string().optional(),
  type: z.string().optional(),
  subject: z.string().default(''),
  data: z.object({ validationCode: z.string().optional(), eTag: z.string().optional() }).loose(),
});
const bodySchema = z.union([z.array(eventSchema), eventSchema.transform((event) => [event])]);

/** Undefined: the body is nothing that Event Grid sends. */
export function readAnnouncement(body: string): Announcement | undefined {
  const parsed = bodySchema.safeParse(jsonOf(body));
  if (!parsed.success) return undefined;
  const validation = parsed.data.find(({ eventType }) => eventType === VALIDATION)?.data.validationCode;
  if (validation !== undefined) return { kind: 'validation', code: validation };
  const blobs = parsed.data.flatMap(({ eventType, type, subject, data }) => {
    const [, container, name] = SUBJECT.exec(subject) ?? [];
    if ((eventType ?? type) !== CREATED || container === undefined || name === undefined) return [];
    return [{ container, name, etag: data.eTag ?? '' }];
  });
  return { kind: 'created', blobs };
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Answers the handshake of CloudEvents: whoever asks may send. */
export function allowSender(request: IncomingMessage, response: ServerResponse): void {
  const origin = request.headers['webhook-request-origin'];
  response.writeHead(200, {
    'webhook-allowed-origin': typeof origin === 'string' ? origin : '*',
    'webhook-allowed-rate': '*',
  });
  response.end();
}
