import type { JsonValue } from '../json.ts';

/** A request, free of any framework. The body has been read whole; whoever reads it enforces the limit on the way. */
export interface ApiRequest {
  readonly method: string;
  /** Values of the route's placeholders. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  /** Case-insensitive, as `Headers` is. */
  readonly headers: { get(name: string): string | null };
  readonly body: Uint8Array;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonValue;
  /** Bytes as they come, in place of the body. */
  readonly content?: AsyncIterable<Uint8Array>;
}

export function jsonResponse(status: number, body: JsonValue, headers: Readonly<Record<string, string>> = {}): ApiResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}
