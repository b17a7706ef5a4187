import { crc32, deflateRawSync } from 'node:zlib';

export interface ZipEntry {
  readonly name: string;
  readonly content: Uint8Array | string;
  /** What the archive says of the entry's size, if not the truth. */
  readonly saysBytes?: number;
  readonly isEncrypted?: boolean;
  /** A Unix mode: 0o120777 is a symbolic link. */
  readonly mode?: number;
  readonly method?: number;
  /** How often it is listed: each time with the same bytes of the archive. */
  readonly times?: number;
}

const DEFLATED = 8;
const MADE_ON_UNIX = (3 << 8) | 20;

/** An archive as anybody may have made it, whatever it says of itself. */
export function zip(entries: readonly ZipEntry[]): Buffer {
  const files: Buffer[] = [];
  const list: Buffer[] = [];
  let offset = 0;
  for (const { name, content, saysBytes, isEncrypted = false, mode = 0o100644, method = DEFLATED, times = 1 } of entries) {
    const plain = Buffer.from(content);
    const packed = method === DEFLATED ? deflateRawSync(plain) : plain;
    const title = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(isEncrypted ? 1 : 0, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(plain), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(saysBytes ?? plain.length, 18);
    common.writeUInt16LE(title.length, 22);
    files.push(Buffer.from('PK\x03\x04', 'latin1'), common, title, packed);
    const more = Buffer.alloc(14);
    more.writeUInt32LE(mode * 0x10000, 6);
    more.writeUInt32LE(offset, 10);
    const made = Buffer.alloc(2);
    made.writeUInt16LE(MADE_ON_UNIX);
    for (let listed = 0; listed < times; listed += 1) {
      list.push(Buffer.from('PK\x01\x02', 'latin1'), made, common, more, title);
    }
    offset += 4 + common.length + title.length + packed.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(18);
  const count = entries.reduce((sum, { times = 1 }) => sum + times, 0);
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, directory, Buffer.from('PK\x05\x06', 'latin1'), end]);
}

/** As much of a PDF as tells that it is one. */
export function pdf(trailer = ''): Buffer {
  return Buffer.from(`%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R ${trailer} >>\n%%EOF\n`);
}

export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
/** How documents of Office begin that are encrypted, or of before 2007. */
export const OLE = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(600)]);
export const HTML = '<!DOCTYPE html><html><body>Hello</body></html>';
export const ZEROS = Buffer.alloc(32 * 1024 * 1024);
