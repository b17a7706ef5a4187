import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FunctionsHost, startFunctionsHost } from '../../../local/functions-host/host.ts';
import { fixtureDirectory } from './probe.ts';

let host: FunctionsHost;

beforeAll(async () => {
  host = await startFunctionsHost({
    appDirectory: fixtureDirectory('http-app'),
    port: 0,
    settings: { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '1000' },
    extensions: [],
    onLog: () => undefined,
  });
});

afterAll(() => host.close());

/** Writes as it is told, and reads until the server ends the connection. */
async function talk(...parts: readonly string[]): Promise<string> {
  const socket = connect(host.port, '127.0.0.1');
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  const ended = once(socket, 'end');
  for (const part of parts) {
    socket.write(part);
    await delay(1);
  }
  await ended;
  socket.destroy();
  return Buffer.concat(chunks).toString();
}

const POST = 'POST /api/echo HTTP/1.1\r\nhost: x\r\n';

describe('a request that is too much', () => {
  it('is refused with 431 when its headers are more than 32 KiB', async () => {
    const answer = await talk(`${POST}x-filling: ${'a'.repeat(64 * 1024)}\r\n\r\n`);

    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(answer).toContain('"code":"header_too_large"');
  });

  it('is refused with 413 before anything of its body is read, when it announces more than the limit', async () => {
    const answer = await talk(`${POST}content-length: 1001\r\n\r\n`, 'x'.repeat(1_001));

    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"code":"body_too_large"');
  });

  it('is refused with 413 when its chunks come to more than the limit, whatever is still to come', async () => {
    const chunk = `1f4\r\n${'x'.repeat(500)}\r\n`;

    const answer = await talk(`${POST}transfer-encoding: chunked\r\n\r\n`, chunk, chunk, chunk, chunk, '0\r\n\r\n');

    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer.toLowerCase()).toContain('connection: close');
  });

  it('is refused with 408 when its body does not come', async () => {
    const answer = await talk(`${POST}content-length: 10\r\n\r\n`, 'five.');

    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(answer).toContain('"code":"request_timeout"');
  });

  it('is taken as long as it says it is, and what comes after that is none', async () => {
    const answer = await talk(`${POST}content-length: 2\r\n\r\n{}{"more":true}`);

    expect(answer.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 201', 'HTTP/1.1 400']);
  });

  it('is refused with 400 when it is none', async () => {
    const answer = await talk('GET / HTTP/1.1\r\nhost x\r\n\r\n');

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });
});

describe('the headers of a request', () => {
  it('are there when they are empty, and joined by a bare comma when they are repeated', async () => {
    const answer = await talk(`GET /api/headers HTTP/1.1\r\nhost: x\r\nx-a: 1\r\nx-a: 2\r\nx-b:\r\nconnection: close\r\n\r\n`);

    expect(answer).toContain('"x-a":"1,2"');
    expect(answer).toContain('"x-b":""');
  });
});
