import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';
import { type Entry, fromRandomAccessReaderPromise, getFileNameLowLevel, type ZipFile } from 'yauzl';
import { HexdagError } from '../../errors.ts';
import type { BlobReference, IncomingBlobs } from '../../ports/incoming-blobs.ts';
import { type Reading, read, refuse } from '../rejection.ts';
import { shownPath } from '../shown-path.ts';
import { BlobPages } from './blob-pages.ts';

/** What an archive may say of itself, and what it may then turn out to hold. */
export interface ArchiveLimits {
  readonly entries: number;
  /** Of all entries, unpacked. */
  readonly bytes: number;
  /** Unpacked bytes for each byte of the archive. */
  readonly ratio: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = { entries: 10_000, bytes: 1024 ** 3, ratio: 100 };

/** A few kilobytes may unpack to more than their ratio allows and harm nobody. */
const HARMLESS_BYTES = 1024 * 1024;
const STORED = 0;
const DEFLATED = 8;
/** Of a Unix mode: what kind of file it is. */
const KIND_MASK = 0o170000;
const REGULAR_KINDS: ReadonlySet<number> = new Set([0, 0o100000, 0o040000]);
const UNIX = 3;
const MACOS = 19;
const DRIVE = /^[A-Za-z]:/;

interface ZipEntry {
  readonly entry: Entry;
  readonly name: string;
}

/** Names of an archive's entries, if it holds nothing that would harm whoever unpacks it. Its contents are unpacked once, and kept nowhere. */
export async function inspectArchive(
  blobs: IncomingBlobs,
  reference: BlobReference,
  bytes: number,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<Reading<readonly string[]>> {
  const pages = new BlobPages(blobs, reference, bytes);
  try {
    const options = { decodeStrings: false, validateEntrySizes: false, autoClose: false };
    const zip = await fromRandomAccessReaderPromise(pages, bytes, options);
    const listed = await readEntries(zip, bytes, limits);
    if (listed.kind === 'refused') return listed;
    for (const one of listed.value) {
      const measured = await measure(one, zip, pages);
      if (measured.kind === 'refused') return measured;
    }
    return read(listed.value.map(({ name }) => name));
  } catch (error) {
    if (error instanceof HexdagError) throw error;
    return refuse(
      'archive_unreadable',
      'The archive is damaged, or packed in a way that cannot be checked; pack it anew as a plain zip.',
    );
  }
}

/** What the archive says of its entries, held to the rules before anything is unpacked. */
async function readEntries(zip: ZipFile, bytes: number, limits: ArchiveLimits): Promise<Reading<readonly ZipEntry[]>> {
  if (zip.entryCount > limits.entries) {
    const message = `The archive has ${zip.entryCount} entries, the limit is ${limits.entries}`;
    return refuse('expansion_ratio', `${message}; send several archives.`);
  }
  const entries: ZipEntry[] = [];
  let [total, packed] = [0, 0];
  for await (const entry of zip.eachEntry()) {
    const name = nameOf(entry);
    const fault = entryFault(entry, name);
    if (fault.kind === 'refused') return fault;
    total += entry.uncompressedSize;
    packed += entry.compressedSize;
    // Entries that share their bytes could have the same hundred megabytes unpacked ten thousand times, to next to nothing.
    if (packed > bytes) return sizeMismatch(name);
    if (total > limits.bytes || (total > HARMLESS_BYTES && total > bytes * limits.ratio)) return tooLarge(total, bytes, limits);
    entries.push({ entry, name });
  }
  return read(entries);
}

function tooLarge(total: number, bytes: number, limits: ArchiveLimits): Reading<never> {
  const message = `The archive of ${bytes} bytes unpacks to ${total} bytes or more`;
  const limit = `the limit is ${limits.ratio} times its size, and ${limits.bytes} bytes`;
  return refuse('expansion_ratio', `${message}, ${limit}; send what it holds in several smaller files.`);
}

function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  return getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, true);
}

function entryFault(entry: Entry, name: string): Reading<Entry> {
  const what = `The archive's entry ${shownPath(name)}`;
  if (!staysInside(name)) return refuse('entry_path', `${what} would be unpacked outside of its folder; pack it anew.`);
  if (!REGULAR_KINDS.has(kindOf(entry))) {
    return refuse('entry_type', `${what} is a link or a device; pack files and folders alone.`);
  }
  if (entry.isEncrypted()) return refuse('document_encrypted', `${what} is encrypted; send it without a password.`);
  return read(entry);
}

function staysInside(name: string): boolean {
  const path = name.replaceAll('\\', '/');
  if (path === '' || path.startsWith('/') || DRIVE.test(path) || /[\p{Cc}]/u.test(path)) return false;
  return !path.split('/').includes('..');
}

/** 0 if the archive was packed on a system without kinds of files. */
function kindOf({ versionMadeBy, externalFileAttributes }: Entry): number {
  const system = versionMadeBy >>> 8;
  return system === UNIX || system === MACOS ? (externalFileAttributes >>> 16) & KIND_MASK : 0;
}

/** Unpacks an entry and counts its bytes: what an archive says of its sizes is only what it says. */
async function measure({ entry, name }: ZipEntry, zip: ZipFile, pages: BlobPages): Promise<Reading<number>> {
  const { compressedSize, uncompressedSize, compressionMethod } = entry;
  if (compressionMethod === STORED) return compressedSize === uncompressedSize ? read(compressedSize) : sizeMismatch(name);
  if (compressionMethod !== DEFLATED) {
    const message = `The archive's entry ${shownPath(name)} is packed by method ${compressionMethod}, which cannot be checked`;
    return refuse('archive_unreadable', `${message}; pack it anew as a plain zip.`);
  }
  const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
  const packed = pages._readStreamForRange(fileDataStart, fileDataStart + compressedSize);
  const enough = new AbortController();
  let counted = 0;
  const count = async (unpacked: AsyncIterable<Buffer>) => {
    for await (const piece of unpacked) {
      counted += piece.length;
      if (counted > uncompressedSize) enough.abort();
    }
  };
  try {
    await pipeline(packed, createInflateRaw(), count, { signal: enough.signal });
  } catch (error) {
    if (!enough.signal.aborted) throw error;
  }
  return counted === uncompressedSize ? read(counted) : sizeMismatch(name);
}

function sizeMismatch(name: string): Reading<never> {
  const message = `The archive's entry ${shownPath(name)} does not hold as many bytes as the archive says`;
  return refuse('size_mismatch', `${message}; pack it anew.`);
}
