import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpCookie, HttpData, TypedData } from './typed-data.ts';

/** The trigger data of an HTTP function. Repeated headers and query parameters are joined by a bare comma, as in Azure; empty ones are there. */
export function toHttpData(
  request: IncomingMessage,
  url: URL,
  params: Readonly<Record<string, string>>,
  body: Uint8Array,
): TypedData {
  const headers = Object.entries(request.headersDistinct).map(([name, values = []]) => [name, values.join(',')] as const);
  const query = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    const earlier = query.get(name);
    query.set(name, earlier === undefined ? value : `${earlier},${value}`);
  }
  const http: HttpData = {
    method: request.method ?? 'GET',
    url: url.href,
    nullableHeaders: nullableMap(headers),
    nullableQuery: nullableMap(query),
    nullableParams: nullableMap(Object.entries(params)),
    ...(body.length === 0 ? {} : { body: { bytes: body } }),
  };
  return { http };
}

/** Writes what an HTTP function returned; nothing returned is 204. */
export function sendHttpData(
  response: ServerResponse,
  returned: TypedData | null | undefined,
  customHeaders: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(customHeaders)) response.setHeader(name, value);
  const http = returned?.http;
  if (http === undefined) {
    sendStatus(response, 204);
    return;
  }
  for (const [name, value] of Object.entries(http.headers ?? {})) response.setHeader(name, value);
  const cookies = (http.cookies ?? []).map(cookieText);
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  response.statusCode = Number(http.statusCode ?? 200);
  response.end(http.body?.bytes ?? http.body?.string ?? http.body?.json);
}

/** Answers with a bare status; a response that has begun is cut off instead. */
export function sendStatus(response: ServerResponse, status: number): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.statusCode = status;
  response.end();
}

/** `none` leaves the attribute out; the explicit form is the one that sends it. */
const SAME_SITE: Readonly<Record<string, string>> = { lax: 'Lax', strict: 'Strict', explicitnone: 'None' };

function cookieText(cookie: HttpCookie): string {
  const parts = [`${cookie.name}=${encodeURIComponent(cookie.value)}`];
  if (cookie.maxAge !== undefined) parts.push(`Max-Age=${cookie.maxAge.value}`);
  if (cookie.expires !== undefined) parts.push(`Expires=${new Date(cookie.expires.value.seconds * 1000).toUTCString()}`);
  if (cookie.domain !== undefined) parts.push(`Domain=${cookie.domain.value}`);
  if (cookie.path !== undefined) parts.push(`Path=${cookie.path.value}`);
  if (cookie.secure?.value === true) parts.push('Secure');
  if (cookie.httpOnly?.value === true) parts.push('HttpOnly');
  const sameSite = SAME_SITE[String(cookie.sameSite).toLowerCase()];
  if (sameSite !== undefined) parts.push(`SameSite=${sameSite}`);
  return parts.join('; ');
}

function nullableMap(entries: Iterable<readonly [string, string]>): Readonly<Record<string, { value: string }>> {
  return Object.fromEntries(Array.from(entries, ([name, value]) => [name, { value }]));
}
