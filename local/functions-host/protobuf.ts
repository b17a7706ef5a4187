const WIRE_VARINT = 0;
const WIRE_FIXED64 = 1;
const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;

/**
 * The length-delimited fields (text, bytes, messages) of a protobuf message by field number; of a repeated one the last.
 *
 * @throws RangeError if the bytes are no protobuf message
 */
export function readBytesFields(message: Uint8Array): ReadonlyMap<number, Buffer> {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const fields = new Map<number, Buffer>();
  let position = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 64; shift += 7) {
      const byte = bytes.readUInt8(position);
      position += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('A protobuf number has more than ten bytes.');
  };
  while (position < bytes.length) {
    const tag = varint();
    const wireType = tag % 8;
    if (wireType === WIRE_VARINT) varint();
    else if (wireType === WIRE_FIXED64) position += 8;
    else if (wireType === WIRE_FIXED32) position += 4;
    else if (wireType === WIRE_BYTES) {
      const length = varint();
      if (position + length > bytes.length) throw new RangeError('A protobuf field is longer than its message.');
      fields.set(Math.floor(tag / 8), bytes.subarray(position, position + length));
      position += length;
    } else throw new RangeError(`A protobuf field has the unknown wire type ${wireType}.`);
  }
  return fields;
}
