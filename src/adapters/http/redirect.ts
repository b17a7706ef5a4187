import { HttpRedirectError } from '../../ports/http-errors.ts';

/** One request on the way to an answer. */
export interface Hop {
  readonly method: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Whatever else was sent may be a credential, by whichever name. */
const HARMLESS: ReadonlySet<string> = new Set(['accept', 'accept-language', 'content-type', 'idempotency-key', 'user-agent']);

/**
 * The request that follows a redirect; undefined if the answer is none. Headers stay behind when it leads to another origin.
 * @throws HttpRedirectError if it leads from https to http, or to something else altogether
 */
export function nextHop(hop: Hop, status: number, location: string | null): Hop | undefined {
  if (!REDIRECTS.has(status) || location === null) return undefined;
  const url = URL.canParse(location, hop.url.href) ? new URL(location, hop.url) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new HttpRedirectError(`${hop.url.origin} redirects to an address that cannot be called.`);
  }
  if (hop.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new HttpRedirectError(`${hop.url.origin} redirects to ${url.origin}, which is not encrypted.`);
  }
  const headers = url.origin === hop.url.origin ? hop.headers : pick(hop.headers, (name) => HARMLESS.has(name));
  if (!becomesGet(status, hop.method)) return { ...hop, url, headers };
  return { method: 'GET', url, headers: pick(headers, (name) => name !== 'content-type' && name !== 'idempotency-key') };
}

function becomesGet(status: number, method: string): boolean {
  return status === 303 ? method !== 'GET' : (status === 301 || status === 302) && method === 'POST';
}

function pick(headers: Readonly<Record<string, string>>, keep: (name: string) => boolean): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => keep(name)));
}
