import type { ServiceBusReceivedMessage } from '@azure/service-bus';
import type { Binding, Invocation } from './extension.ts';
import { textData } from './text-data.ts';
import type { TypedData } from './typed-data.ts';

type Metadata = Record<string, TypedData>;

/** What one message says of itself, by the names the real host uses; null where it says nothing. */
interface MessageFields {
  readonly text: Readonly<Record<string, string | null>>;
  readonly json: Readonly<Record<string, unknown>>;
}

/** The invocation for one message: its body, and its fields with the members of a JSON body over them, as in Azure. */
export function singleInvocation(binding: Binding, message: ServiceBusReceivedMessage): Invocation {
  const { text, json } = fieldsOf(message);
  const metadata: Metadata = {};
  for (const [name, value] of Object.entries(text)) if (value !== null) metadata[name] = textData(value);
  for (const [name, value] of Object.entries(json))
    if (value !== null) metadata[name] = { json: JSON.stringify(value, asTextIfNotFinite) };
  const body = bodyBytes(message);
  const traceParent = traceParentOf(message);
  const trace = traceParent === undefined ? {} : { traceParent };
  if (isBinary(binding)) return { trigger: { bytes: body }, triggerMetadata: metadata, ...trace };
  const bodyText = body.toString('utf8');
  return { trigger: textData(bodyText), triggerMetadata: withBodyMembers(metadata, bodyText), ...trace };
}

/**
 * The invocation for a batch. Text fields become arrays of text without their empty entries, unless the app asked for
 * those (capability `IncludeEmptyEntriesInMessagePayload`): such an array may be shorter than the batch.
 */
export function batchInvocation(
  binding: Binding,
  messages: readonly ServiceBusReceivedMessage[],
  keepEmptyEntries: boolean,
): Invocation {
  const fields = messages.map(fieldsOf);
  const metadata: Metadata = {};
  for (const name of Object.keys(fields[0]?.text ?? {})) {
    const entries = fields.map(({ text }) => text[name] ?? '');
    metadata[`${name}Array`] = {
      collectionString: { string: keepEmptyEntries ? entries : entries.filter((text) => text !== '') },
    };
  }
  for (const name of Object.keys(fields[0]?.json ?? {})) {
    metadata[`${name}Array`] = { json: JSON.stringify(fields.map(({ json }) => json[name])) };
  }
  metadata['SequenceNumberArray'] = { collectionSint64: { sint64: fields.map(({ json }) => Number(json['SequenceNumber'])) } };
  const bodies = messages.map(bodyBytes);
  return {
    trigger: isBinary(binding)
      ? { collectionBytes: { bytes: bodies } }
      : { collectionString: { string: bodies.map((body) => body.toString('utf8')) } },
    triggerMetadata: metadata,
  };
}

function fieldsOf(message: ServiceBusReceivedMessage): MessageFields {
  const subject = message.subject ?? null;
  const properties = message.applicationProperties ?? {};
  const enqueued = message.enqueuedTimeUtc?.toISOString() ?? null;
  const expires = message.expiresAtUtc?.toISOString() ?? null;
  return {
    text: {
      MessageId: textOf(message.messageId),
      CorrelationId: textOf(message.correlationId),
      ContentType: message.contentType ?? null,
      Subject: subject,
      Label: subject,
      ReplyTo: message.replyTo ?? null,
      To: message.to ?? null,
      SessionId: message.sessionId ?? null,
      ReplyToSessionId: message.replyToSessionId ?? null,
      PartitionKey: message.partitionKey ?? null,
      TransactionPartitionKey: textOf(message._rawAmqpMessage.messageAnnotations?.['x-opt-via-partition-key']),
      DeadLetterSource: message.deadLetterSource ?? null,
      LockToken: message.lockToken ?? null,
    },
    json: {
      // The wire counts the deliveries before this one; the real host counts this one too.
      DeliveryCount: (message.deliveryCount ?? 0) + 1,
      SequenceNumber: message.sequenceNumber?.toNumber() ?? null,
      EnqueuedTimeUtc: enqueued,
      EnqueuedTime: enqueued?.replace('Z', '+00:00') ?? null,
      ExpiresAtUtc: expires,
      ExpiresAt: expires?.replace('Z', '+00:00') ?? null,
      ApplicationProperties: properties,
      UserProperties: properties,
    },
  };
}

/** .NET writes numbers that JSON does not have as texts. */
function asTextIfNotFinite(_name: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** Members of a JSON object become metadata, whatever their case, and win over the message's own fields. Arrays and null do not. */
function withBodyMembers(metadata: Metadata, body: string): Metadata {
  const members = jsonObject(body);
  if (members === undefined) return metadata;
  const merged = new Map(Object.entries(metadata));
  const names = new Map(Object.keys(metadata).map((name) => [name.toLowerCase(), name]));
  for (const [member, value] of Object.entries(members)) {
    if (value === null || Array.isArray(value)) continue;
    merged.set(names.get(member.toLowerCase()) ?? member, memberData(value));
  }
  return Object.fromEntries(merged);
}

function memberData(value: unknown): TypedData {
  if (typeof value === 'object') return { json: JSON.stringify(value) };
  // .NET's spelling
  if (typeof value === 'boolean') return textData(value ? 'True' : 'False');
  return textData(String(value));
}

function jsonObject(text: string): object | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The bytes as they were sent; a body that is an AMQP value is taken as its text or JSON. */
function bodyBytes({ body }: ServiceBusReceivedMessage): Buffer {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (ArrayBuffer.isView(body)) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

function isBinary(binding: Binding): boolean {
  return String(binding['dataType']).toLowerCase() === 'binary';
}

function traceParentOf({ applicationProperties }: ServiceBusReceivedMessage): string | undefined {
  const value = applicationProperties?.['Diagnostic-Id'] ?? applicationProperties?.['traceparent'];
  return typeof value === 'string' ? value : undefined;
}

function textOf(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return Buffer.isBuffer(value) ? value.toString('utf8') : String(value);
}
