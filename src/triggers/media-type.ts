import { type Reading, read, refuse } from './rejection.ts';

export type BodyFormat = 'json' | 'cloud_event';

const CLOUD_EVENT = 'application/cloudevents+json';
const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.-]+\+json)$/;
const BATCH = /^application\/[a-z0-9.-]*batch[a-z0-9.-]*\+json$/;
const CHARSETS: ReadonlySet<string> = new Set(['utf-8', 'utf8', 'us-ascii', 'ascii']);

/** What a Content-Type says the body is. */
export function readMediaType(contentType: string): Reading<BodyFormat> {
  const [name = '', ...parameters] = contentType.split(';').map((part) => part.trim().toLowerCase());
  if (!JSON_TYPE.test(name) || BATCH.test(name)) {
    return refuse(
      'media_type_unsupported',
      `The content type ${quote(name)} is not accepted; send application/json or ${CLOUD_EVENT}, or any single application/*+json.`,
    );
  }
  const charset = parameters
    .map((parameter) => /^charset\s*=\s*"?([^"]*)"?$/.exec(parameter)?.[1])
    .find((found) => found !== undefined);
  if (charset !== undefined && !CHARSETS.has(charset)) {
    return refuse('charset_unsupported', `The charset ${quote(charset)} is not accepted; send JSON as UTF-8.`);
  }
  return read(name === CLOUD_EVENT ? 'cloud_event' : 'json');
}

function quote(text: string): string {
  return `'${text.length > 60 ? `${text.slice(0, 59)}…` : text}'`;
}
