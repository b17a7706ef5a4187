import { InexactNumberError, parseExactJson } from '../../exact-json.ts';
import type { JsonValue } from '../../json.ts';
import { HttpResponseError } from '../../ports/http-errors.ts';

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json(?:\s*;|$)/i;

/** @param doing for the message: "GET /orders of https://api.example" @throws HttpResponseError if there is more than `maxBytes` */
export async function readText(response: Response, maxBytes: number, doing: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    // Leaving the loop ends the transfer.
    if (bytes > maxBytes) throw new HttpResponseError(`The answer to ${doing} is larger than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * What the text of an answer stands for: parsed if it says it is JSON, itself otherwise, null if it is empty.
 * @throws HttpResponseError
 */
export function parseAnswer(text: string, contentType: string | null, doing: string): JsonValue {
  if (text === '') return null;
  if (!JSON_TYPE.test(contentType ?? '')) return text;
  try {
    return parseExactJson(text);
  } catch (error) {
    if (error instanceof InexactNumberError)
      throw new HttpResponseError(`The answer to ${doing} cannot be used. ${error.message}`);
    throw new HttpResponseError(`The answer to ${doing} is not the JSON that it says it is.`);
  }
}
