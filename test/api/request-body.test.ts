import { describe, expect, it } from 'vitest';
import { bodyTooLarge, readRequestBody } from '../../src/api/request-body.ts';

function streamOf(chunks: readonly string[]) {
  const told = { read: 0, ended: false };
  async function* stream() {
    try {
      for (const chunk of chunks) {
        told.read += 1;
        yield Buffer.from(chunk);
      }
    } finally {
      told.ended = true;
    }
  }
  return { stream: stream(), told };
}

describe('the body of a request', () => {
  it('is read whole up to the limit', async () => {
    const { stream } = streamOf(['ab', 'cd']);

    const body = await readRequestBody(stream, 4);

    expect(Buffer.from(body ?? []).toString()).toBe('abcd');
  });

  it('is empty if there is none', async () => {
    expect(await readRequestBody(null)).toHaveLength(0);
  });

  it('is read no further than the limit', async () => {
    const { stream, told } = streamOf(['ab', 'cde', 'f', 'g']);

    const body = await readRequestBody(stream, 4);

    expect(body).toBeUndefined();
    expect(told).toEqual({ read: 2, ended: true });
  });

  it('above the limit is refused, and ends the connection', () => {
    const { status, headers, body } = bodyTooLarge(4);

    expect(status).toBe(413);
    expect(headers['connection']).toBe('close');
    expect(body).toMatchObject({ code: 'body_too_large', detail: expect.stringContaining('more than 4 bytes') });
  });
});
