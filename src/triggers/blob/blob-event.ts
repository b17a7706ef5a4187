import { createHash } from 'node:crypto';
import { canonicalHash } from '../../canonical-json.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import type { Event, EventContent } from '../event.ts';
import { type Reading, read } from '../rejection.ts';
import type { Trigger } from '../trigger.ts';
import { readTriggerEvent } from '../trigger-event.ts';
import type { SniffedBlob } from './check-document.ts';
import type { BlobSource } from './source.ts';

const TYPE = 'hexdag.blob.created';
/** Longer names are shortened in the key, and their hash keeps them apart. */
const MAX_NAME_IN_KEY = 120;

/** What the event of a blob tells. `content` only where the trigger asks for it. */
export function blobContent(
  { reference, head, found }: SniffedBlob,
  captures: Readonly<Record<string, string>>,
  content: JsonValue | undefined,
  receivedAt: string,
): EventContent {
  const { connection, container, name, etag } = reference;
  const data: JsonObject = {
    connection,
    container,
    name,
    etag,
    bytes: head.bytes,
    contentType: head.contentType,
    sniffedType: found,
    lastModified: head.lastModified,
    url: head.url,
    captures,
    ...(content === undefined ? {} : { content }),
  };
  return { type: TYPE, source: `/blob/${container}`, subject: name, data, properties: {}, receivedAt };
}

/** Whether the trigger's `when` may hold: what cannot be computed is refused later. */
export function isWanted(content: EventContent, trigger: Trigger<BlobSource>): boolean {
  const wanted = trigger.when?.(content) ?? read(true);
  return wanted.kind === 'refused' || wanted.value === true;
}

/**
 * The event of a version of a blob: a key of its own is the name and the etag. Two events of one key are the same if they are of the
 * same version, whatever else a later deployment tells of it.
 */
export function readBlobEvent(
  content: EventContent,
  { reference }: SniffedBlob,
  trigger: Trigger<BlobSource>,
): Reading<Event> | { readonly kind: 'ignored' } {
  const { container, name, etag } = reference;
  const event = readTriggerEvent({ content, id: `${nameInKey(name)} ${etag}`, idName: "the blob's name and etag" }, trigger);
  if (event.kind !== 'read') return event;
  return read({ ...event.value, payloadHash: canonicalHash([container, name, etag]) });
}

function nameInKey(name: string): string {
  if (name.length <= MAX_NAME_IN_KEY) return name;
  return `${name.slice(0, MAX_NAME_IN_KEY - 64).toWellFormed()}~${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
}
