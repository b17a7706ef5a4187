import { BrokerError, CONDITION } from './errors.ts';

/** A range of bytes: `start` inclusive, `end` exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

export const TYPE = {
  null: 0x40,
  true: 0x41,
  false: 0x42,
  uint0: 0x43,
  smallUint: 0x52,
  ubyte: 0x50,
  int: 0x71,
  uint: 0x70,
  long: 0x81,
  timestamp: 0x83,
  binary8: 0xa0,
  binary32: 0xb0,
  string8: 0xa1,
  string32: 0xb1,
  symbol8: 0xa3,
  symbol32: 0xb3,
  list0: 0x45,
  list8: 0xc0,
  list32: 0xd0,
  map8: 0xc1,
  map32: 0xd1,
} as const;

const SMALL_ULONG = 0x53;
const ULONG = 0x80;
const TWO_TO_THE_32 = 2 ** 32;

export function malformed(what: string): BrokerError {
  return new BrokerError(CONDITION.decodeError, `The message is not valid AMQP: ${what}.`);
}

/** Where the value whose type code stands at `start` ends. */
export function endOfValue(bytes: Buffer, start: number): number {
  const code = byteAt(bytes, start);
  if (code === 0) return endOfValue(bytes, endOfValue(bytes, start + 1));
  const end = start + 1 + contentSize(bytes, start + 1, code);
  if (end > bytes.length) throw malformed('a value goes beyond the end');
  return end;
}

function contentSize(bytes: Buffer, start: number, code: number): number {
  switch (code >> 4) {
    case 0x4:
      return 0;
    case 0x5:
      return 1;
    case 0x6:
      return 2;
    case 0x7:
      return 4;
    case 0x8:
      return 8;
    case 0x9:
      return 16;
    case 0xa:
    case 0xc:
    case 0xe:
      return 1 + byteAt(bytes, start);
    case 0xb:
    case 0xd:
    case 0xf:
      return 4 + readUint32(bytes, start);
    default:
      throw malformed(`unknown type 0x${code.toString(16)}`);
  }
}

/** Reads a section's descriptor; `value` is where the described value begins. */
export function readDescriptor(bytes: Buffer, start: number): { code: number; value: number } {
  if (byteAt(bytes, start) !== 0) throw malformed('a section has no descriptor');
  switch (byteAt(bytes, start + 1)) {
    case SMALL_ULONG:
      return { code: byteAt(bytes, start + 2), value: start + 3 };
    case ULONG:
      return { code: readUint32(bytes, start + 6), value: start + 10 };
    default:
      throw malformed('a section has a symbolic descriptor');
  }
}

/** Where the elements of a list or map begin, and how many they are (keys and values counted apart). */
export function readCompound(bytes: Buffer, start: number): { count: number; first: number } {
  switch (byteAt(bytes, start)) {
    case TYPE.list0:
      return { count: 0, first: start + 1 };
    case TYPE.list8:
    case TYPE.map8:
      return { count: byteAt(bytes, start + 2), first: start + 3 };
    case TYPE.list32:
    case TYPE.map32:
      return { count: readUint32(bytes, start + 5), first: start + 9 };
    default:
      throw malformed('a list or map was expected');
  }
}

/** The text of a string or symbol; undefined for any other type. */
export function readText(bytes: Buffer, start: number): string | undefined {
  switch (byteAt(bytes, start)) {
    case TYPE.string8:
    case TYPE.symbol8:
      return bytes.toString('utf8', start + 2, endOfValue(bytes, start));
    case TYPE.string32:
    case TYPE.symbol32:
      return bytes.toString('utf8', start + 5, endOfValue(bytes, start));
    default:
      return undefined;
  }
}

export function readUint(bytes: Buffer, start: number): number | undefined {
  switch (byteAt(bytes, start)) {
    case TYPE.uint0:
      return 0;
    case TYPE.smallUint:
      return byteAt(bytes, start + 1);
    case TYPE.uint:
      return readUint32(bytes, start + 1);
    default:
      return undefined;
  }
}

/** Unix milliseconds of a timestamp; undefined for any other type. */
export function readTimestamp(bytes: Buffer, start: number): number | undefined {
  if (byteAt(bytes, start) !== TYPE.timestamp) return undefined;
  if (start + 9 > bytes.length) throw malformed('a timestamp is cut off');
  return Number(bytes.readBigInt64BE(start + 1));
}

/** The content of a binary value; undefined for any other type. */
export function readBinary(bytes: Buffer, start: number): Buffer | undefined {
  switch (byteAt(bytes, start)) {
    case TYPE.binary8:
      return bytes.subarray(start + 2, endOfValue(bytes, start));
    case TYPE.binary32:
      return bytes.subarray(start + 5, endOfValue(bytes, start));
    default:
      return undefined;
  }
}

export function byteAt(bytes: Buffer, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw malformed('it ends too early');
  return byte;
}

function readUint32(bytes: Buffer, offset: number): number {
  if (offset + 4 > bytes.length) throw malformed('it ends too early');
  return bytes.readUInt32BE(offset);
}

/** Writes a non-negative integer of up to 53 bits as eight bytes. */
export function writeUint64(bytes: Buffer, value: number, offset: number): void {
  bytes.writeUInt32BE(Math.floor(value / TWO_TO_THE_32), offset);
  bytes.writeUInt32BE(value % TWO_TO_THE_32, offset + 4);
}

export function encodeString(text: string): Buffer {
  const content = Buffer.from(text);
  if (content.length < 256) return Buffer.concat([Buffer.of(TYPE.string8, content.length), content]);
  const prefix = Buffer.allocUnsafe(5);
  prefix[0] = TYPE.string32;
  prefix.writeUInt32BE(content.length, 1);
  return Buffer.concat([prefix, content]);
}

/** The bytes of a described list or map with the given elements, already encoded. */
export function encodeSection(
  code: number,
  type: typeof TYPE.list32 | typeof TYPE.map32,
  count: number,
  elements: readonly Buffer[],
): Buffer {
  const size = elements.reduce((sum, element) => sum + element.length, 0);
  const prefix = Buffer.allocUnsafe(SECTION_PREFIX_BYTES);
  writeSectionPrefix(prefix, 0, code, type, count, size);
  return Buffer.concat([prefix, ...elements]);
}

export const SECTION_PREFIX_BYTES = 12;

/** Writes the first 12 bytes of a section: descriptor, constructor, size and count; `size` is that of the elements alone. */
export function writeSectionPrefix(
  bytes: Buffer,
  offset: number,
  code: number,
  type: typeof TYPE.list32 | typeof TYPE.map32,
  count: number,
  size: number,
): void {
  bytes[offset] = 0;
  bytes[offset + 1] = SMALL_ULONG;
  bytes[offset + 2] = code;
  bytes[offset + 3] = type;
  bytes.writeUInt32BE(size + 4, offset + 4);
  bytes.writeUInt32BE(count, offset + 8);
}
