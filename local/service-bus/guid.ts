/** The text form of a 16-byte identifier, bytes in RFC 4122 order. */
export function uuidToText(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 bytes of a textual UUID in RFC 4122 order. */
export function uuidToBytes(text: string): Buffer {
  return Buffer.from(text.replaceAll('-', ''), 'hex');
}

/** The bytes of a textual UUID in .NET GUID order, which Service Bus uses for delivery tags: the first three groups reversed. */
export function uuidToGuidBytes(text: string): Buffer {
  const bytes = uuidToBytes(text);
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}
