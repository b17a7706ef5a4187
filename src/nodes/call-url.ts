import type { Lookup } from '../expression/scope.ts';
import { parseTemplate, renderTemplate } from '../expression/template.ts';
import { PermanentError } from './errors.ts';

const ORIGIN = /^https?:\/\//i;
/** What ends the host in a URL; browsers and this runtime take a backslash for a slash. */
const END_OF_HOST = /[/?#\\]/;
const HOST_AND_PORT = /^[\p{L}\p{N}._-]*(?::\d*)?$/u;
const DOT_SEGMENT = /(?:^|[/\\])(?:\.|%2e){2}(?:$|[/?#\\])/i;

/** Whether the text itself, and not what is inserted into it, says which host is called. */
export function namesHost(url: string): boolean {
  const [start] = parseTemplate(url).parts;
  return typeof start === 'string' && ORIGIN.test(start);
}

/** The host of a URL that the text itself writes out, as `URL.hostname` gives it; undefined if templates have a part in it, or there is none. */
export function writtenHost(url: string): string | undefined {
  const [start = '', ...rest] = parseTemplate(url).parts;
  if (typeof start !== 'string' || !ORIGIN.test(start)) return undefined;
  const isWhole = rest.length === 0 || END_OF_HOST.test(start.replace(ORIGIN, ''));
  return isWhole && URL.canParse(start) ? new URL(start).hostname : undefined;
}

/**
 * The URL with its templates rendered. What is inserted may be any path, but leads neither to another host than the text names, nor
 * up from the path that it is in.
 * @throws ExpressionError, PermanentError (`url_unsafe`) that does not tell the value
 */
export function renderUrl(url: string, scope: Lookup, node: string): string {
  const template = parseTemplate(url);
  let rendered = '';
  for (const part of template.parts) {
    const text = typeof part === 'string' ? part : renderTemplate({ ...template, parts: [part] }, scope);
    const problem = typeof part === 'string' ? undefined : problemOf(text, rendered);
    if (typeof part !== 'string' && problem !== undefined) {
      const message = `The URL of node '${node}' cannot be called: {{ ${part.source} }} would lead to another ${problem} than is written.`;
      throw new PermanentError('url_unsafe', `${message} Check the value before this node, or map a safe one.`);
    }
    rendered += text;
  }
  return rendered;
}

/** What an inserted text would change behind the text before it. */
function problemOf(inserted: string, before: string): 'host' | 'path' | undefined {
  const isInHost = ORIGIN.test(before) && !END_OF_HOST.test(before.replace(ORIGIN, ''));
  if (isInHost && !isFitInHost(inserted, before)) return 'host';
  return before !== '' && !/[?#]/.test(before) && DOT_SEGMENT.test(inserted) ? 'path' : undefined;
}

/** A part of the host where the text leaves one open (`https://{{ tenant }}.example`); behind a whole host the path at most. */
function isFitInHost(inserted: string, before: string): boolean {
  if (before.endsWith(':')) return /^\d*$/.test(inserted);
  if (/[/.-]$/.test(before)) return HOST_AND_PORT.test(inserted);
  return inserted === '' || /^[/?#]/.test(inserted);
}
