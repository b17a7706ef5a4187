import { randomUUID } from 'node:crypto';
import type { Range } from './amqp-bytes.ts';
import {
  byteAt,
  encodeSection,
  encodeString,
  endOfValue,
  malformed,
  readBinary,
  readCompound,
  readDescriptor,
  readText,
  readTimestamp,
  readUint,
  TYPE,
} from './amqp-bytes.ts';

export const SECTION = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  messageAnnotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
  data: 0x75,
} as const;

/** What is kept of a message: the fields the broker rewrites on delivery, and the rest as the bytes that came. */
export interface MessageContent {
  readonly durable: boolean;
  readonly priority: number | undefined;
  readonly ttlMs: number | undefined;
  /** Encoded pairs of the annotations that are not the broker's own. */
  readonly annotations: Buffer;
  readonly annotationCount: number;
  /** Properties, application properties, body and footer. */
  readonly bare: Buffer;
}

export interface ParsedMessage {
  readonly content: MessageContent;
  /** The message id with its type, as a key for duplicate detection. */
  readonly messageKey: string;
  readonly sessionId: string | undefined;
  /** Unix milliseconds before which the message must not be delivered. */
  readonly scheduledAt: number | undefined;
}

/** Changes to the application properties: names to encoded values, or to undefined for those to remove. */
export type PropertyChanges = ReadonlyMap<string, Buffer | undefined>;

const BROKER_ANNOTATIONS = new Set([
  'x-opt-sequence-number',
  'x-opt-enqueued-time',
  'x-opt-locked-until',
  'x-opt-message-state',
  'x-opt-enqueue-sequence-number',
  'x-opt-deadletter-source',
]);
const SCHEDULED_TIME = 'x-opt-scheduled-enqueue-time';

const MESSAGE_ID_FIELD = 0;
const GROUP_ID_FIELD = 10;
const EMPTY = Buffer.alloc(0);
const NULL = Buffer.of(TYPE.null);

/** Takes an encoded message apart, keeping everything it does not have to understand as bytes. */
export function parseMessage(encoded: Buffer): ParsedMessage {
  let header: HeaderFields = { durable: false, priority: undefined, ttlMs: undefined };
  let annotations: AnnotationFields = { bytes: EMPTY, count: 0, scheduledAt: undefined };
  let bareStart = encoded.length;
  for (let offset = 0; offset < encoded.length; ) {
    const { code, value } = readDescriptor(encoded, offset);
    if (code >= SECTION.properties) {
      bareStart = offset;
      break;
    }
    if (code === SECTION.header) header = readHeader(encoded, value);
    if (code === SECTION.messageAnnotations) annotations = readAnnotations(encoded, value);
    offset = endOfValue(encoded, value);
  }
  const { bare, messageKey, sessionId } = identify(encoded.subarray(bareStart));
  return {
    content: { ...header, annotations: annotations.bytes, annotationCount: annotations.count, bare },
    messageKey,
    sessionId,
    scheduledAt: annotations.scheduledAt,
  };
}

/** The encoded messages inside a batch: one data section each. */
export function splitBatch(encoded: Buffer): Buffer[] {
  const messages: Buffer[] = [];
  for (let offset = 0; offset < encoded.length; ) {
    const { code, value } = readDescriptor(encoded, offset);
    if (code === SECTION.data) {
      const message = readBinary(encoded, value);
      if (message === undefined) throw malformed('a data section holds no binary');
      messages.push(message);
    }
    offset = endOfValue(encoded, value);
  }
  return messages;
}

/** The same content with some application properties set; everything else keeps its bytes. */
export function withApplicationProperties(content: MessageContent, changes: PropertyChanges): MessageContent {
  if (changes.size === 0) return content;
  const { bare } = content;
  const section = findApplicationProperties(bare);
  const elements: Buffer[] = [];
  for (const pair of section.map === undefined ? [] : mapPairs(bare, section.map)) {
    if (!changes.has(pair.key))
      elements.push(bare.subarray(pair.start, pair.valueStart), bare.subarray(pair.valueStart, pair.end));
  }
  for (const [key, value] of changes) if (value !== undefined) elements.push(encodeString(key), value);
  const edited = encodeSection(SECTION.applicationProperties, TYPE.map32, elements.length, elements);
  return { ...content, bare: Buffer.concat([bare.subarray(0, section.start), edited, bare.subarray(section.end)]) };
}

/** The session a message belongs to. */
export function sessionIdOf({ bare }: MessageContent): string | undefined {
  const group = readProperties(bare).fields[GROUP_ID_FIELD];
  return group === undefined ? undefined : readText(bare, group.start);
}

/** The same content with some fields of its properties section set by their position, or emptied when no value is given. */
export function withProperties(content: MessageContent, changes: ReadonlyMap<number, Buffer | undefined>): MessageContent {
  const { bare } = content;
  const { fields: present, end } = readProperties(bare);
  const fields = present.map((field) => bare.subarray(field.start, field.end));
  for (const [position, changed] of changes) {
    while (fields.length <= position) fields.push(NULL);
    fields[position] = changed ?? NULL;
  }
  const edited = encodeSection(SECTION.properties, TYPE.list32, fields.length, fields);
  return { ...content, bare: Buffer.concat([edited, bare.subarray(end)]) };
}

/** The properties and application properties of the content, without its body. */
export function encodedProperties({ bare }: MessageContent): Buffer {
  return bare.subarray(0, findApplicationProperties(bare).end);
}

interface HeaderFields {
  readonly durable: boolean;
  readonly priority: number | undefined;
  readonly ttlMs: number | undefined;
}

function readHeader(bytes: Buffer, start: number): HeaderFields {
  const [durable, priority, ttl] = listItems(bytes, start);
  return {
    durable: durable !== undefined && byteAt(bytes, durable.start) === TYPE.true,
    priority:
      priority !== undefined && byteAt(bytes, priority.start) === TYPE.ubyte ? byteAt(bytes, priority.start + 1) : undefined,
    ttlMs: ttl === undefined ? undefined : readUint(bytes, ttl.start),
  };
}

interface AnnotationFields {
  readonly bytes: Buffer;
  readonly count: number;
  readonly scheduledAt: number | undefined;
}

function readAnnotations(bytes: Buffer, start: number): AnnotationFields {
  const kept: Buffer[] = [];
  let scheduledAt: number | undefined;
  for (const pair of mapPairs(bytes, start)) {
    if (BROKER_ANNOTATIONS.has(pair.key)) continue;
    if (pair.key === SCHEDULED_TIME) scheduledAt = readTimestamp(bytes, pair.valueStart);
    kept.push(bytes.subarray(pair.start, pair.end));
  }
  return { bytes: Buffer.concat(kept), count: kept.length * 2, scheduledAt };
}

interface Identity {
  readonly bare: Buffer;
  readonly messageKey: string;
  readonly sessionId: string | undefined;
}

/** Reads the ids of a bare message. One without a message id is given one: clients key their lock renewal by it. */
function identify(received: Buffer): Identity {
  const { fields, end: sectionEnd } = readProperties(received);
  const group = fields[GROUP_ID_FIELD];
  const sessionId = group === undefined ? undefined : readText(received, group.start);
  const id = fields[MESSAGE_ID_FIELD];
  if (id !== undefined && byteAt(received, id.start) !== TYPE.null) {
    const text = readText(received, id.start);
    const messageKey = text === undefined ? `bytes:${received.toString('hex', id.start, id.end)}` : `text:${text}`;
    return { bare: Buffer.from(received), messageKey, sessionId };
  }
  const assigned = randomUUID().replaceAll('-', '');
  const elements = [encodeString(assigned), ...fields.slice(1).map((field) => received.subarray(field.start, field.end))];
  const properties = encodeSection(SECTION.properties, TYPE.list32, elements.length, elements);
  return { bare: Buffer.concat([properties, received.subarray(sectionEnd)]), messageKey: `text:${assigned}`, sessionId };
}

/** Where the application properties stand, or would stand, in a bare message; `map` is where their map begins. */
function findApplicationProperties(bare: Buffer): Range & { readonly map?: number } {
  let offset = 0;
  while (offset < bare.length) {
    const { code, value } = readDescriptor(bare, offset);
    const end = endOfValue(bare, value);
    if (code === SECTION.applicationProperties) return { start: offset, end, map: value };
    if (code > SECTION.applicationProperties) break;
    offset = end;
  }
  return { start: offset, end: offset };
}

/** The fields of a bare message's properties, and where that section ends. */
function readProperties(bare: Buffer): { readonly fields: readonly Range[]; readonly end: number } {
  const section = bare.length === 0 ? undefined : readDescriptor(bare, 0);
  if (section?.code !== SECTION.properties) return { fields: [], end: 0 };
  return { fields: listItems(bare, section.value), end: endOfValue(bare, section.value) };
}

function listItems(bytes: Buffer, start: number): Range[] {
  const { count, first } = readCompound(bytes, start);
  const items: Range[] = [];
  for (let index = 0, offset = first; index < count; index++) {
    const end = endOfValue(bytes, offset);
    items.push({ start: offset, end });
    offset = end;
  }
  return items;
}

interface Pair extends Range {
  readonly key: string;
  readonly valueStart: number;
}

function mapPairs(bytes: Buffer, start: number): Pair[] {
  const { count, first } = readCompound(bytes, start);
  const pairs: Pair[] = [];
  for (let index = 0, offset = first; index + 1 < count; index += 2) {
    const valueStart = endOfValue(bytes, offset);
    const end = endOfValue(bytes, valueStart);
    pairs.push({ key: readText(bytes, offset) ?? '', start: offset, valueStart, end });
    offset = end;
  }
  return pairs;
}
