import { isUtf8 } from 'node:buffer';
import type { JsonObject, JsonValue } from '../../json.ts';
import { type Reading, read, refuse } from '../rejection.ts';
import type { DeliveryHeaders } from './delivery.ts';

const PREFIX = 'ce-';
const NAME = /^ce-([a-z0-9_]+)$/i;
/** What HTTP says in a way of its own: the content type, and the body. */
const FORBIDDEN: ReadonlySet<string> = new Set(['datacontenttype', 'data', 'data_base64']);
const ENCODED = /(?:%[0-9A-Fa-f]{2})+/g;
/** What a header may hold: anything else is to be percent-encoded. */
const VISIBLE = /^[\t -~]*$/;

/** Whether the headers hold attributes of a CloudEvent. */
export function hasAttributeHeaders(headers: DeliveryHeaders): boolean {
  return [...headers].some(([name]) => NAME.test(name));
}

/** A CloudEvent in binary form, its attributes in headers and its data the body, as the structured form would be. */
export function fromBinaryForm(headers: DeliveryHeaders, data: JsonValue): Reading<JsonObject> {
  const attributes: [string, JsonValue][] = [];
  for (const [header, value] of headers) {
    const name = NAME.exec(header)?.[1]?.toLowerCase();
    if (name === undefined) continue;
    if (FORBIDDEN.has(name)) {
      const where = name === 'datacontenttype' ? 'Content-Type says what the body is' : 'the body is the data';
      return refuse('header_forbidden', `The header ${PREFIX}${name} is not allowed: ${where}; leave it out.`);
    }
    const text = decodeAttribute(value);
    if (text === undefined) {
      const remedy = 'percent-encode the UTF-8 of what is not visible ASCII';
      return refuse('attribute_encoding', `The header ${PREFIX}${name} is not UTF-8 in percent-encoding; ${remedy}.`);
    }
    attributes.push([name, text]);
  }
  return read({ ...Object.fromEntries(attributes), data });
}

/** A quoted text is unquoted first. A percent sign that encodes nothing stands for itself, as senders that encode nothing mean it. */
function decodeAttribute(header: string): string | undefined {
  const value = /^".*"$/.test(header) ? header.slice(1, -1).replace(/\\(.)/g, '$1') : header;
  if (!VISIBLE.test(value)) return undefined;
  const runs = value.match(ENCODED) ?? [];
  if (!runs.every((run) => isUtf8(bytesOf(run)))) return undefined;
  return value.replace(ENCODED, (run) => bytesOf(run).toString('utf8'));
}

function bytesOf(run: string): Buffer {
  return Buffer.from(run.replaceAll('%', ''), 'hex');
}
