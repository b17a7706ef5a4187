import { type Reading, read, refuse } from './rejection.ts';

export type BodyFormat = 'json' | 'cloud_event';

const CLOUD_EVENT = 'application/cloudevents+json';
const CLOUD_EVENT_BATCH = 'application/cloudevents-batch+json';
/** The body is elsewhere; it says where. */
const CLAIM_CHECK = 'application/vnd.hexdag.claim-check+json';
/** No name is longer (RFC 6838), and what follows may look at one many times. */
const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.-]{1,122}\+json)$/;
const BATCH = /^application\/[a-z0-9.-]*batch[a-z0-9.-]*\+json$/;
const CHARSETS: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

const SINGLE = `application/json or ${CLOUD_EVENT}, or any single application/*+json`;
const SINGLE_OR_BATCH = `application/json, ${CLOUD_EVENT} or ${CLOUD_EVENT_BATCH}, or any single application/*+json`;

/** What a Content-Type says the body is. */
export function readMediaType(contentType: string): Reading<BodyFormat> {
  return readSingle(contentType, SINGLE);
}

function readSingle(contentType: string, accepted: string): Reading<BodyFormat> {
  const [name = ''] = partsOf(contentType);
  if (name === CLAIM_CHECK) {
    const message = 'A claim check is taken from a queue, and only for the body itself';
    return refuse('media_type_unsupported', `${message}; send the content as application/json.`);
  }
  if (!JSON_TYPE.test(name) || BATCH.test(name)) {
    return refuse('media_type_unsupported', `The content type ${quote(name)} is not accepted; send ${accepted}.`);
  }
  const charset = readCharset(contentType);
  if (charset.kind === 'refused') return charset;
  return read(name === CLOUD_EVENT ? 'cloud_event' : 'json');
}

/** The same, where a list of CloudEvents is taken as well. */
export function readEventsMediaType(contentType: string): Reading<BodyFormat | 'cloud_event_batch'> {
  if (partsOf(contentType)[0] !== CLOUD_EVENT_BATCH) return readSingle(contentType, SINGLE_OR_BATCH);
  const charset = readCharset(contentType);
  return charset.kind === 'refused' ? charset : read('cloud_event_batch');
}

/** The charset that a Content-Type names, if it does; all that is read is UTF-8. */
function readCharset(contentType: string): Reading<string | undefined> {
  const [, ...parameters] = partsOf(contentType);
  const charset = parameters
    .map((parameter) => /^charset\s*=\s*"?([^"]*)"?$/.exec(parameter)?.[1])
    .find((found) => found !== undefined);
  if (charset === undefined || CHARSETS.has(charset)) return read(charset);
  return refuse('charset_unsupported', `The charset ${quote(charset)} is not accepted; send JSON as UTF-8.`);
}

/** Whether it announces a claim check. */
export function isClaimCheck(contentType: string): boolean {
  return partsOf(contentType)[0] === CLAIM_CHECK;
}

function partsOf(contentType: string): string[] {
  return contentType.split(';').map((part) => part.trim().toLowerCase());
}

function quote(text: string): string {
  return `'${text.length > 60 ? `${text.slice(0, 59)}…` : text}'`;
}
