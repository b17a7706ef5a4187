import type { IncomingMessage } from 'node:http';

/** Why a body was not read to its end. */
export type BodyFaultCode = 'body_too_large' | 'request_timeout' | 'request_aborted';

export class BodyFault extends Error {
  readonly code: BodyFaultCode;

  constructor(code: BodyFaultCode, message: string) {
    super(message);
    this.name = 'BodyFault';
    this.code = code;
  }
}

/** As Kestrel counts, which is Azure's server: whoever sends more slowly than this after a while of grace is given up. */
const BYTES_PER_SECOND = 240;
const GRACE_MS = 5_000;
const CHECK_MS = 500;

const ABORTED = 'The client went away before the body was complete.';

/**
 * Reads a body into memory, but never more of it than the limit, and for no longer than it comes.
 *
 * @param setting what the limit can be changed by
 * @throws BodyFault
 */
export function readBody(request: IncomingMessage, limitBytes: number, setting?: string): Promise<Buffer> {
  const tooLarge = `The body has more than ${limitBytes} bytes${setting === undefined ? '' : ` (${setting})`}.`;
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
    return Promise.reject(new BodyFault('body_too_large', tooLarge));
  }
  if (request.destroyed) return Promise.reject(new BodyFault('request_aborted', ABORTED));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const startedAt = performance.now();
    let size = 0;
    const settle = (act: () => void) => {
      clearInterval(watch);
      request.off('data', take).off('end', finish).off('close', abort).off('error', abort);
      act();
    };
    const refuse = (code: BodyFaultCode, message: string) => settle(() => reject(new BodyFault(code, message)));
    const take = (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > limitBytes) refuse('body_too_large', tooLarge);
    };
    const finish = () => settle(() => resolve(Buffer.concat(chunks, size)));
    const abort = () => refuse('request_aborted', ABORTED);
    const watch = setInterval(() => {
      const elapsedMs = performance.now() - startedAt;
      if (elapsedMs <= GRACE_MS || (size * 1_000) / elapsedMs >= BYTES_PER_SECOND) return;
      refuse('request_timeout', `The body comes in more slowly than ${BYTES_PER_SECOND} bytes a second.`);
    }, CHECK_MS);
    request.on('data', take).on('end', finish).on('close', abort).on('error', abort);
  });
}
