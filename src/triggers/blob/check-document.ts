import { buffer } from 'node:stream/consumers';
import type { BlobHead, BlobReference, IncomingBlobs } from '../../ports/incoming-blobs.ts';
import { type Reading, read, refuse } from '../rejection.ts';
import { type DocumentType, declaredType, type FoundType, isArchive, isOffice, isOfType } from './document-type.ts';
import { inspectArchive } from './inspect-archive.ts';
import { isOleContainer } from './sniff.ts';
import type { BlobSource } from './source.ts';

/** A blob whose beginning has been read. */
export interface SniffedBlob {
  readonly reference: BlobReference;
  readonly head: BlobHead;
  readonly found: FoundType;
}

/** Office's own parts of an archive tell which of its documents it is. */
const OFFICE_PARTS: Readonly<Record<string, string>> = { docx: 'word/', xlsx: 'xl/', pptx: 'ppt/' };
/** Where a PDF says how to read it: at the end, and at the beginning of those made for the web. */
const PDF_TRAILER_BYTES = 64 * 1024;
const PDF_ENCRYPTION = /\/Encrypt\s*(?:\d+\s+\d+\s+R|<<)/;

/** Holds a document to what its trigger takes, before any run works on it. Gives what it turned out to be. */
export async function checkDocument(
  blob: SniffedBlob,
  { maxBytes, accept }: BlobSource,
  blobs: IncomingBlobs,
): Promise<Reading<FoundType>> {
  const { head, found } = blob;
  const declared = declaredType(blob.reference.name);
  if (head.bytes === 0) return refuse('document_empty', 'The document is empty; write it again with its content.');
  if (head.bytes > maxBytes) {
    const message = `The document has ${head.bytes} bytes, the trigger's max_bytes is ${maxBytes}`;
    return refuse('document_too_large', `${message}; split it, or raise the limit.`);
  }
  if (isOffice(declared) && isOleContainer(found)) return encrypted();
  const known = await lookInside(blob, declared, blobs);
  if (known.kind === 'refused') return known;
  const fault = typeFault(declared, known.value, accept);
  return fault ?? known;
}

/** Archives are unpacked once, PDFs asked whether they are encrypted. */
async function lookInside(
  { reference, head, found }: SniffedBlob,
  declared: DocumentType | undefined,
  blobs: IncomingBlobs,
): Promise<Reading<FoundType>> {
  if (isArchive(found)) {
    const names = await inspectArchive(blobs, reference, head.bytes);
    if (names.kind === 'refused') return names;
    const part = OFFICE_PARTS[declared ?? ''];
    const isDeclared = part !== undefined && names.value.some((name) => name.startsWith(part));
    return read(isDeclared && declared !== undefined ? declared : found);
  }
  if (found === 'pdf' && (await isEncryptedPdf(reference, head, blobs))) return encrypted();
  return read(found);
}

async function isEncryptedPdf(reference: BlobReference, head: BlobHead, blobs: IncomingBlobs): Promise<boolean> {
  if (PDF_ENCRYPTION.test(Buffer.from(head.start).toString('latin1'))) return true;
  const trailer = await buffer(await blobs.open(reference, { start: Math.max(0, head.bytes - PDF_TRAILER_BYTES) }));
  return PDF_ENCRYPTION.test(trailer.toString('latin1'));
}

function encrypted(): Reading<never> {
  return refuse('document_encrypted', 'The document is encrypted; send it without a password.');
}

/** What is wrong between what a document is called, what it is, and what the trigger takes. */
function typeFault(
  declared: DocumentType | undefined,
  found: FoundType,
  accept: readonly DocumentType[] | undefined,
): Reading<never> | undefined {
  const taken = accept?.join(', ');
  if (accept !== undefined && declared !== undefined && !accept.includes(declared)) {
    return refuse('type_not_accepted', `The document is called a ${declared}, the trigger takes ${taken}; send one of these.`);
  }
  if (declared !== undefined) {
    if (isOfType(declared, found)) return undefined;
    if (found === 'text in another encoding' && isOfType(declared, 'text')) {
      return refuse('body_encoding', 'The document is text, but not in UTF-8; save it as UTF-8 and send it again.');
    }
    const message = `The document is called a ${declared}, but holds ${found === 'unknown' ? 'something else' : found}`;
    return refuse('type_mismatch', `${message}; send what its name says.`);
  }
  if (accept === undefined || accept.some((type) => isOfType(type, found))) return undefined;
  return refuse('type_not_accepted', `The document holds ${found}, the trigger takes ${taken}; send one of these.`);
}
