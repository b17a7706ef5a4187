import { argumentError } from './errors.ts';

/** @throws HexdagClientError `input_not_json` */
export function jsonOf(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) throw argumentError('input_not_json', 'The input has no form in JSON: it is undefined or a function.');
  return text;
}

/** @throws HexdagClientError `idempotency_key_invalid` */
export function keyText(idempotencyKey: string): string {
  if (/^[!-~]([ -~]*[!-~])?$/.test(idempotencyKey)) return idempotencyKey;
  throw argumentError('idempotency_key_invalid', 'An idempotency key is printable ASCII; encode or hash others.');
}

/** @throws HexdagClientError `run_id_invalid` */
export function idSegment(runId: string): string {
  if (/^[A-Za-z0-9_-]{1,100}$/.test(runId)) return runId;
  throw argumentError('run_id_invalid', `'${runId}' is no id of a run, which has 1 to 100 letters, digits, '-' or '_'.`);
}

/** Addresses cannot have an empty segment, one of dots, or half a character. @throws HexdagClientError of that code */
export function segment(text: string, code: string): string {
  if (text === '' || /^\.{1,2}$/.test(text) || !text.isWellFormed()) {
    throw argumentError(code, `${JSON.stringify(text)} cannot be part of an address.`);
  }
  return encodeURIComponent(text);
}

/** A name with slashes, as the rest of a path. @throws HexdagClientError of that code */
export function segments(name: string, code: string): string {
  return name
    .split('/')
    .map((part) => segment(part, code))
    .join('/');
}
