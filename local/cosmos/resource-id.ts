/**
 * The system's own ids (`_rid`): base64 of the numbers on the way to the resource, four bytes for a database, eight with its
 * container, sixteen with the item. The SDK recognises a container by the eight bytes.
 */
export function databaseRid(database: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(database);
  return encode(bytes);
}

export function containerRid(database: number, container: number): string {
  return encode(containerBytes(database, container));
}

export function itemRid(database: number, container: number, item: number): string {
  const bytes = Buffer.alloc(16);
  containerBytes(database, container).copy(bytes);
  bytes.writeBigUInt64BE(BigInt(item), 8);
  return encode(bytes);
}

function containerBytes(database: number, container: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(database, 0);
  bytes.writeUInt32BE(container, 4);
  return bytes;
}

/** A slash would break the links that carry the id. */
function encode(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('/', '-');
}
