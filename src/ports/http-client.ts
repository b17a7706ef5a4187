import type { JsonValue } from '../json.ts';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';

export interface HttpRequest {
  readonly method: HttpMethod;
  /** Absolute, or relative to the client's own base. */
  readonly url: string;
  /** An absolute URL is refused unless it has the origin of the client's base, if there is one. */
  readonly staysAtBase?: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** Added to the URL's query; a list gives its key several times. */
  readonly query: Readonly<Record<string, JsonValue>>;
  /** Sent as JSON; undefined sends no body. */
  readonly body?: JsonValue;
  readonly signal: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Parsed if the answer says it is JSON, its text otherwise; null if it is empty. */
  readonly body: JsonValue;
}

/** Calls other systems. A request is sent once; who wants retries asks for them. */
export interface HttpClient {
  /**
   * @throws HttpStatusError (unless told not to), HttpUnreachableError, HttpRequestError, UrlNotAllowedError, HttpRedirectError,
   *   HttpResponseError. None of them holds a header's value, a credential or a query.
   */
  send(request: HttpRequest): Promise<HttpResponse>;
}

export function isHttpClient(port: unknown): port is HttpClient {
  return typeof port === 'object' && port !== null && 'send' in port && typeof port.send === 'function';
}
