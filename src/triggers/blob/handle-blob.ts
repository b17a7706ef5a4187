import type { JsonValue } from '../../json.ts';
import type { Clock } from '../../ports/clock.ts';
import { BlobGoneError, type BlobHead, type BlobReference, type IncomingBlobs } from '../../ports/incoming-blobs.ts';
import { type AcceptDependencies, acceptEvent } from '../accept-event.ts';
import { type Reading, type Rejection, read, refuse } from '../rejection.ts';
import { shownPath } from '../shown-path.ts';
import { readJson } from '../strict-json.ts';
import type { Trigger } from '../trigger.ts';
import { blobContent, isWanted, readBlobEvent } from './blob-event.ts';
import { readBlobName } from './blob-name.ts';
import { checkDocument, type SniffedBlob } from './check-document.ts';
import { capturesOf } from './path-pattern.ts';
import { type RefusedBlob, recordRefusal } from './record-refusal.ts';
import { SNIFFED_BYTES, sniff } from './sniff.ts';
import type { BlobSource } from './source.ts';

/** A blob that the host has seen. */
export interface ArrivedBlob {
  readonly container: string;
  readonly name: string;
}

export interface BlobDependencies extends AcceptDependencies {
  readonly blobs: IncomingBlobs;
  readonly clock: Clock;
}

type Outcome =
  | { readonly kind: 'started' | 'duplicate'; readonly runId: string }
  | { readonly kind: 'ignored' | 'gone' }
  | { readonly kind: 'refused'; readonly rejection: Rejection; readonly head?: BlobHead };

/**
 * Starts the run of a blob. Returning means that the blob is done with: its run is stored, it is gone, or it is refused and recorded
 * below `rejected/`. Whatever it throws makes the host give the blob again: `BlobChangedError` because it was written again meanwhile.
 */
export async function handleBlob(
  { container, name }: ArrivedBlob,
  trigger: Trigger<BlobSource>,
  dependencies: BlobDependencies,
): Promise<void> {
  const { log } = dependencies;
  const shown = { trigger: trigger.name, container, blob: shownPath(name) };
  const outcome = await accept({ container, name }, trigger, dependencies);
  if (outcome.kind === 'refused') {
    const { rejection, head } = outcome;
    const refused: RefusedBlob = { trigger: trigger.name, container, name, rejection, ...(head === undefined ? {} : { head }) };
    const record = await recordRefusal(refused, dependencies);
    log('error', 'document refused', { ...shown, code: rejection.code, reason: rejection.message, record: record.name });
  } else if (outcome.kind === 'gone') {
    log('warn', 'a blob is gone before it was read; it is skipped', { ...shown, code: 'blob_gone' });
  } else {
    log('debug', `event ${outcome.kind}`, { ...shown, ...('runId' in outcome ? { runId: outcome.runId } : {}) });
  }
}

async function accept(arrived: ArrivedBlob, trigger: Trigger<BlobSource>, dependencies: BlobDependencies): Promise<Outcome> {
  const { blobs } = dependencies;
  const name = readBlobName(arrived.name);
  if (name.kind === 'refused') return name;
  const captures = capturesOf(trigger.source.path, arrived.name);
  if (captures === undefined) return { kind: 'ignored' };
  const place = { connection: trigger.source.connection, ...arrived };
  const head = await blobs.head(place, SNIFFED_BYTES);
  if (head === null) return { kind: 'gone' };
  if (head.isFolder) return { kind: 'ignored' };
  const reference = { ...place, etag: head.etag };
  try {
    const found = await sniff(head.start, head.bytes <= head.start.byteLength);
    return await acceptVersion({ reference, head, found }, captures, trigger, dependencies);
  } catch (error) {
    if (error instanceof BlobGoneError) return { kind: 'gone' };
    throw error;
  }
}

async function acceptVersion(
  blob: SniffedBlob,
  captures: Readonly<Record<string, string>>,
  trigger: Trigger<BlobSource>,
  dependencies: BlobDependencies,
): Promise<Outcome> {
  const { head } = blob;
  const receivedAt = new Date(dependencies.clock.now()).toISOString();
  const refused = ({ rejection }: { readonly rejection: Rejection }): Outcome => ({ kind: 'refused', rejection, head });
  const wanted = isWanted(blobContent(blob, captures, undefined, receivedAt), trigger);
  if (wanted.kind === 'read' && !wanted.value && trigger.source.content === 'reference') return { kind: 'ignored' };
  const type = await checkDocument(blob, trigger.source, dependencies.blobs);
  if (type.kind === 'refused') return refused(type);
  const content = await readContent(blob.reference, trigger.source, dependencies.blobs);
  if (content.kind === 'refused') return refused(content);
  const whole = blobContent({ ...blob, found: type.value }, captures, content.value, receivedAt);
  const event = readBlobEvent(whole, blob, trigger);
  if (event.kind === 'ignored') return event;
  if (event.kind === 'refused') return refused(event);
  const start = await acceptEvent(event.value, trigger, dependencies);
  return start.kind === 'rejected' ? refused(start) : start;
}

/** Undefined: the event carries the reference alone. */
async function readContent(
  reference: BlobReference,
  { content }: BlobSource,
  blobs: IncomingBlobs,
): Promise<Reading<JsonValue | undefined>> {
  if (content === 'reference') return read(undefined);
  const pieces: Buffer[] = [];
  for await (const piece of await blobs.open(reference)) pieces.push(piece);
  const bytes = Buffer.concat(pieces);
  return content === 'json' ? readJson(bytes) : readText(bytes);
}

function readText(bytes: Buffer): Reading<JsonValue> {
  const text = bytes.toString('utf8');
  if (Buffer.from(text).equals(bytes)) return read(text.replace(/^\ufeff/, ''));
  return refuse('body_encoding', 'The document is not UTF-8; save it as UTF-8 and send it again.');
}
