import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { badRequest } from './errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from './json.ts';

/** A request whose body has arrived. */
export interface Request {
  method: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** What is answered; the server adds what all answers have. */
export interface Reply {
  status: number;
  /** JSON text. */
  body?: string | undefined;
  charge: number;
  headers?: Record<string, string>;
}

/** Above an item's limit by what JSON escapes and a patch or batch around it may add. */
const MAXIMUM_BODY_BYTES = 5 * 1024 * 1024;

export interface Body {
  text: string;
  /** Then the text is not all of it. */
  isTooLarge: boolean;
}

/** Reads a body to its end, however long; rejects when the client goes away before. */
export function readBody(message: IncomingMessage): Promise<Body> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    message.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAXIMUM_BODY_BYTES) chunks.push(chunk);
    });
    message.on('end', () => resolve({ text: Buffer.concat(chunks).toString('utf8'), isTooLarge: size > MAXIMUM_BODY_BYTES }));
    message.on('error', reject);
  });
}

/** @throws CosmosError (400) */
export function parseJson(body: string): JsonValue {
  try {
    return JSON.parse(body);
  } catch (error) {
    throw badRequest(`The body of the request is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** @throws CosmosError (400) */
export function parseJsonObject(body: string): JsonObject {
  const value = parseJson(body);
  if (!isJsonObject(value)) throw badRequest('The body of the request must be a JSON object.');
  return value;
}

export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

export function flag(headers: IncomingHttpHeaders, name: string): boolean {
  return header(headers, name)?.toLowerCase() === 'true';
}
