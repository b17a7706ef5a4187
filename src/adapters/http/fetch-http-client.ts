import type { JsonValue } from '../../json.ts';
import type { Clock } from '../../ports/clock.ts';
import type { HttpClient, HttpRequest, HttpResponse } from '../../ports/http-client.ts';
import { HttpRedirectError, HttpRequestError, UrlNotAllowedError } from '../../ports/http-errors.ts';
import { type AddressLookup, type AddressRules, checkAddress, lookUpAddresses } from './address-rules.ts';
import { parseAnswer, readText } from './answer-body.ts';
import { statusError, translateFetchError } from './http-failures.ts';
import { type Hop, nextHop } from './redirect.ts';

/** Characters of an answer's body that an error shows. */
const EXCERPT_CHARACTERS = 300;
/** Shorter values are too common to be recognised in a text. */
const SECRET_MIN_CHARACTERS = 4;

export interface HttpClientConfig {
  readonly baseUrl?: string | undefined;
  readonly timeoutMs: number;
  /** Sent with every request to the base's origin; with every request at all if there is no base. */
  readonly headers: Readonly<Record<string, string>>;
  readonly followRedirects: boolean;
  readonly maxRedirects: number;
  /** A status that is no success is an error. */
  readonly raiseForStatus: boolean;
  readonly maxResponseBytes: number;
  /** Addresses of this machine and its network may be called, and not only the base's. */
  readonly allowPrivate: boolean;
}

/** An HTTP client on the platform's `fetch`. */
export class FetchHttpClient implements HttpClient {
  readonly #config: HttpClientConfig;
  readonly #clock: Clock;
  readonly #addressRules: AddressRules;

  constructor(config: HttpClientConfig, clock: Clock, lookup: AddressLookup = lookUpAddresses) {
    const { baseUrl, allowPrivate } = config;
    this.#config = config;
    this.#clock = clock;
    this.#addressRules = { ownHost: baseUrl === undefined ? undefined : new URL(baseUrl).hostname, allowPrivate, lookup };
  }

  async send(request: HttpRequest): Promise<HttpResponse> {
    const timeout = AbortSignal.timeout(this.#config.timeoutMs);
    const signal = AbortSignal.any([request.signal, timeout]);
    const hop = this.#firstHop(request);
    const doing = `${request.method} ${this.#placeOf(hop.url)}`;
    try {
      const { response, headers } = await this.#follow(hop, signal);
      const text = await readText(response, this.#config.maxResponseBytes, doing);
      if (!response.ok && this.#config.raiseForStatus) {
        const excerpt = excerptOf(text, secretsIn({ ...hop.headers, ...headers }));
        const message = `${doing} answered ${response.status}${excerpt === '' ? '.' : `: ${excerpt}`}`;
        throw statusError(response, message, this.#clock.now());
      }
      return { status: response.status, body: parseAnswer(text, response.headers.get('content-type'), doing) };
    } catch (error) {
      throw request.signal.aborted ? request.signal.reason : translateFetchError(error, doing, this.#config.timeoutMs);
    }
  }

  #firstHop({ method, url, staysAtBase = false, headers, query, body }: HttpRequest): Hop {
    const { baseUrl, headers: own } = this.#config;
    const target = addQuery(resolveUrl(url, baseUrl), query);
    const isOwn = baseUrl === undefined || new URL(baseUrl).origin === target.origin;
    if (staysAtBase && !isOwn) {
      const remedy = "Write the address into the node, or call through a port without 'base_url'.";
      throw new HttpRequestError(`A value leads the call away from the port's base, to another origin. ${remedy}`);
    }
    const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    return {
      method,
      url: target,
      headers: checked({ ...json, ...(isOwn ? lowerCased(own) : {}), ...lowerCased(headers) }),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
  }

  async #follow(first: Hop, signal: AbortSignal): Promise<{ response: Response; headers: Readonly<Record<string, string>> }> {
    let hop = first;
    await checkAddress(hop.url.hostname, this.#addressRules, signal);
    for (let redirects = 0; ; redirects++) {
      const { method, url, headers, body } = hop;
      const response = await fetch(url, { method, headers, body: body ?? null, redirect: 'manual', signal });
      const next = this.#config.followRedirects ? nextHop(hop, response.status, response.headers.get('location')) : undefined;
      if (next === undefined) return { response, headers };
      await response.body?.cancel();
      if (redirects >= this.#config.maxRedirects) {
        throw new HttpRedirectError(`${first.method} ${this.#placeOf(first.url)} was redirected more than ${redirects} times.`);
      }
      await this.#checkRedirect(hop, next, signal);
      hop = next;
    }
  }

  async #checkRedirect(from: Hop, { url }: Hop, signal: AbortSignal): Promise<void> {
    try {
      await checkAddress(url.hostname, this.#addressRules, signal);
    } catch (error) {
      if (!(error instanceof UrlNotAllowedError)) throw error;
      throw new HttpRedirectError(`${from.url.origin} redirects to where it must not lead. ${error.message}`);
    }
  }

  /** Without the query and the base's own path: both may hold a key. */
  #placeOf({ origin, pathname }: URL): string {
    const { baseUrl } = this.#config;
    const base = baseUrl === undefined ? undefined : new URL(baseUrl);
    const hidden = base?.origin === origin ? base.pathname.replace(/\/+$/, '') : '';
    return `${pathname.startsWith(hidden) ? pathname.slice(hidden.length) || '/' : '/…'} of ${origin}`;
  }
}

/**
 * A path stays under the base, whatever it looks like; only `http://` and `https://` make a URL absolute.
 * @throws HttpRequestError if it would leave the base, or is no URL that can be called
 */
function resolveUrl(url: string, baseUrl: string | undefined): URL {
  const isAbsolute = /^https?:\/\//i.test(url);
  const text = isAbsolute || baseUrl === undefined ? url : `${baseUrl.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
  const parsed = URL.canParse(text) ? new URL(text) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    const remedy = "Write an absolute http(s) URL, or give the port a 'base_url'.";
    throw new HttpRequestError(`The URL of the call is not one that can be called. ${remedy}`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new HttpRequestError("The URL holds credentials. Give them to the port: 'basic_auth_username', 'basic_auth_password'.");
  }
  if (
    !isAbsolute &&
    baseUrl !== undefined &&
    !`${parsed.pathname}/`.startsWith(`${new URL(baseUrl).pathname.replace(/\/+$/, '')}/`)
  ) {
    throw new HttpRequestError("The path of the call leads out of the port's base. Write it without '..'.");
  }
  return parsed;
}

function addQuery(url: URL, query: Readonly<Record<string, JsonValue>>): URL {
  const result = new URL(url);
  for (const [name, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? value : [value];
    for (const item of values) if (item !== null) result.searchParams.append(name, queryText(item));
  }
  return result;
}

function queryText(value: JsonValue): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** @throws HttpRequestError that names the header, and keeps its value to itself */
function checked(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  for (const [name, value] of Object.entries(headers)) {
    try {
      new Headers([[name, value]]);
    } catch {
      throw new HttpRequestError(`The header '${name}' cannot be sent: its name or value holds characters that headers may not.`);
    }
  }
  return headers;
}

/** The beginning of an answer, without what we sent: some systems repeat it. */
function excerptOf(text: string, secrets: readonly string[]): string {
  const clean = secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, '***'), text);
  return clean.length > EXCERPT_CHARACTERS ? `${clean.slice(0, EXCERPT_CHARACTERS)}…` : clean;
}

/** Header values, the parts of credentials in them, and what a basic credential stands for; the longest first. */
function secretsIn(headers: Readonly<Record<string, string>>): readonly string[] {
  const values = Object.values(headers).flatMap((value) => {
    const [, basic] = /^basic (.+)$/i.exec(value) ?? [];
    const decoded = basic === undefined ? '' : Buffer.from(basic, 'base64').toString();
    return [value, ...value.split(' '), decoded, decoded.slice(decoded.indexOf(':') + 1)];
  });
  const quoted = values.map((value) => JSON.stringify(value).slice(1, -1));
  return [...new Set([...values, ...quoted])]
    .filter(
      (value) => value.length >= SECRET_MIN_CHARACTERS && value !== 'application/json' && !/^(?:Basic|Bearer)$/i.test(value),
    )
    .sort((a, b) => b.length - a.length);
}
