import { isUtf8 } from 'node:buffer';
import { buffer } from 'node:stream/consumers';
import type { JsonValue } from '../../json.ts';
import type { Clock } from '../../ports/clock.ts';
import { BlobGoneError, type BlobHead, type BlobReference, type IncomingBlobs } from '../../ports/incoming-blobs.ts';
import type { Event } from '../event.ts';
import { type Reading, type Rejection, read, refuse } from '../rejection.ts';
import { readJson } from '../strict-json.ts';
import type { Trigger } from '../trigger.ts';
import { blobContent, isWanted, readBlobEvent } from './blob-event.ts';
import { readBlobName } from './blob-name.ts';
import { checkDocument, type SniffedBlob } from './check-document.ts';
import { capturesOf } from './path-pattern.ts';
import { SNIFFED_BYTES, sniff } from './sniff.ts';
import type { BlobSource } from './source.ts';

/** A blob that the host has seen. */
export interface ArrivedBlob {
  readonly container: string;
  readonly name: string;
}

/** What came of looking at a blob. */
export type Arrival =
  | { readonly kind: 'read'; readonly event: Event; readonly head: BlobHead }
  /** The trigger's path or `when` leaves it out, or it only stands for a folder. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'gone' }
  /** `head` unless it is refused by its name alone. */
  | { readonly kind: 'refused'; readonly rejection: Rejection; readonly head?: BlobHead };

export interface ReadArrivalDependencies {
  readonly blobs: IncomingBlobs;
  readonly clock: Clock;
}

/**
 * Makes a blob, as it is now, into an event, or tells why it starts nothing.
 * @throws BlobChangedError if it was written again meanwhile; DependencyUnavailableError, DependencyRefusedError
 */
export async function readArrival(
  arrived: ArrivedBlob,
  trigger: Trigger<BlobSource>,
  dependencies: ReadArrivalDependencies,
): Promise<Arrival> {
  const name = readBlobName(arrived.name);
  if (name.kind === 'refused') return name;
  const captures = capturesOf(trigger.source.path, arrived.name);
  if (captures === undefined) return { kind: 'ignored' };
  const place = { connection: trigger.source.connection, ...arrived };
  const head = await dependencies.blobs.head(place, SNIFFED_BYTES);
  if (head === null) return { kind: 'gone' };
  if (head.isFolder) return { kind: 'ignored' };
  const found = await sniff(head.start, head.bytes <= head.start.byteLength);
  const blob = { reference: { ...place, etag: head.etag }, head, found };
  try {
    const event = await readVersion(blob, captures, trigger, dependencies);
    if (event.kind === 'read') return { kind: 'read', event: event.value, head };
    return event.kind === 'refused' ? { ...event, head } : event;
  } catch (error) {
    if (error instanceof BlobGoneError) return { kind: 'gone' };
    throw error;
  }
}

async function readVersion(
  blob: SniffedBlob,
  captures: Readonly<Record<string, string>>,
  trigger: Trigger<BlobSource>,
  { blobs, clock }: ReadArrivalDependencies,
): Promise<Reading<Event> | { readonly kind: 'ignored' }> {
  const { source } = trigger;
  const receivedAt = new Date(clock.now()).toISOString();
  // Whatever else may be wrong with it; but what is not read yet cannot decide.
  const outline = blobContent(blob, captures, undefined, receivedAt);
  if (source.content === 'reference' && !isWanted(outline, trigger)) return { kind: 'ignored' };
  const type = await checkDocument(blob, source, blobs);
  if (type.kind === 'refused') return type;
  const content = await readContent(blob.reference, source, blobs);
  if (content.kind === 'refused') return content;
  return readBlobEvent(blobContent({ ...blob, found: type.value }, captures, content.value, receivedAt), blob, trigger);
}

/** Undefined: the event carries the reference alone. */
async function readContent(
  reference: BlobReference,
  { content }: BlobSource,
  blobs: IncomingBlobs,
): Promise<Reading<JsonValue | undefined>> {
  if (content === 'reference') return read(undefined);
  const bytes = await buffer(await blobs.open(reference));
  return content === 'json' ? readJson(bytes) : readText(bytes);
}

function readText(bytes: Buffer): Reading<JsonValue> {
  if (isUtf8(bytes)) return read(bytes.toString('utf8').replace(/^\ufeff/, ''));
  return refuse('body_encoding', 'The document is not UTF-8; save it as UTF-8 and send it again.');
}
