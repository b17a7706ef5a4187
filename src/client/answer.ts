import { HexdagClientError } from './errors.ts';

/** The API's document says what an answer is made of; a test holds the types of this client to it. */
export async function readJson<T>(response: Response): Promise<T> {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `What answered ${response.status} is not the app: its answer is no JSON.`;
    throw new HexdagClientError({ code: 'answer_unreadable', message, status: response.status, retryable: false, cause });
  }
}

/** An address that an answer gives. The runtime's own error would show it, and it may be a secret. */
export function readUrl(text: string): URL {
  if (URL.canParse(text)) return new URL(text);
  const message = 'What answered is not the app: the address that it gave is none.';
  throw new HexdagClientError({ code: 'answer_unreadable', message, retryable: false });
}
