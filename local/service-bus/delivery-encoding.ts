import { SECTION_PREFIX_BYTES, TYPE, writeSectionPrefix, writeUint64 } from './amqp-bytes.ts';
import type { Message } from './message.ts';
import { SECTION } from './sections.ts';

const MAX_HEADER_BYTES = 24;

/** The broker's annotations as one block of bytes whose values are filled in for each delivery. */
interface Block {
  readonly bytes: Buffer;
  readonly count: number;
  /** Where the value of each annotation begins. */
  readonly at: readonly number[];
}

function annotationBlock(annotations: readonly (readonly [key: string, type: number, width: number])[]): Block {
  const parts: Buffer[] = [];
  const at: number[] = [];
  let size = 0;
  for (const [key, type, width] of annotations) {
    const part = Buffer.concat([Buffer.of(TYPE.symbol8, key.length), Buffer.from(key), Buffer.of(type), Buffer.alloc(width)]);
    size += part.length;
    at.push(size - width);
    parts.push(part);
  }
  return { bytes: Buffer.concat(parts), count: annotations.length * 2, at };
}

const ALWAYS = annotationBlock([
  ['x-opt-sequence-number', TYPE.long, 8],
  ['x-opt-enqueued-time', TYPE.timestamp, 8],
  ['x-opt-enqueue-sequence-number', TYPE.long, 8],
  ['x-opt-message-state', TYPE.int, 4],
]);
const [SEQUENCE_AT = 0, ENQUEUED_AT = 0, ORIGINAL_AT = 0, STATE_AT = 0] = ALWAYS.at;

const LOCKED = annotationBlock([['x-opt-locked-until', TYPE.timestamp, 8]]);
const [LOCKED_AT = 0] = LOCKED.at;

const OVERHEAD_BYTES = MAX_HEADER_BYTES + SECTION_PREFIX_BYTES + ALWAYS.bytes.length + LOCKED.bytes.length;

/** At most this many bytes go over the wire for the message. */
export function encodedSize(message: Message): number {
  return OVERHEAD_BYTES + message.content.annotations.length + message.content.bare.length;
}

/** The message as a receiver gets it: header and annotations written anew, the bare message as it came. */
export function encodeDelivery(message: Message, lockedUntil?: number): Buffer {
  const { content } = message;
  const bytes = Buffer.allocUnsafe(encodedSize(message));
  let offset = writeHeader(bytes, message);
  const locked = lockedUntil === undefined ? 0 : LOCKED.bytes.length;
  const size = content.annotations.length + ALWAYS.bytes.length + locked;
  const count = content.annotationCount + ALWAYS.count + (lockedUntil === undefined ? 0 : LOCKED.count);
  writeSectionPrefix(bytes, offset, SECTION.messageAnnotations, TYPE.map32, count, size);
  offset += SECTION_PREFIX_BYTES;
  content.annotations.copy(bytes, offset);
  offset += content.annotations.length;
  ALWAYS.bytes.copy(bytes, offset);
  writeUint64(bytes, message.sequenceNumber, offset + SEQUENCE_AT);
  writeUint64(bytes, message.enqueuedAt, offset + ENQUEUED_AT);
  writeUint64(bytes, message.originalSequenceNumber, offset + ORIGINAL_AT);
  bytes.writeInt32BE(message.state, offset + STATE_AT);
  offset += ALWAYS.bytes.length;
  if (lockedUntil !== undefined) {
    LOCKED.bytes.copy(bytes, offset);
    writeUint64(bytes, lockedUntil, offset + LOCKED_AT);
    offset += LOCKED.bytes.length;
  }
  content.bare.copy(bytes, offset);
  return bytes.subarray(0, offset + content.bare.length);
}

function writeHeader(bytes: Buffer, message: Message): number {
  const { durable, priority, ttlMs } = message.content;
  bytes.set([0, 0x53, SECTION.header, TYPE.list8, 0, 5, durable ? TYPE.true : TYPE.false]);
  let offset = 7;
  if (priority === undefined) {
    bytes[offset++] = TYPE.null;
  } else {
    bytes[offset++] = TYPE.ubyte;
    bytes[offset++] = priority;
  }
  if (ttlMs === undefined) {
    bytes[offset++] = TYPE.null;
  } else {
    bytes[offset++] = TYPE.uint;
    offset = bytes.writeUInt32BE(ttlMs, offset);
  }
  bytes[offset++] = TYPE.null;
  bytes[offset++] = TYPE.uint;
  offset = bytes.writeUInt32BE(message.deliveryCount, offset);
  bytes[4] = offset - 5;
  return offset;
}
