import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keepPeerWriting } from '../../../local/service-bus/peer-writing.ts';

const EMPTY_FRAME = '0000000802000000';

/** A server that answers with `reply` (if any) and the frames of `keepPeerWriting`; returns what a client gets for one write. */
async function firstAnswer(reply: string | undefined): Promise<string> {
  const server = createServer((socket) => {
    keepPeerWriting(socket, () => true);
    if (reply !== undefined) socket.on('data', () => socket.end(reply));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  const client = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  onTestFinished(() => void client.destroy());
  client.write('a flow');
  const [answer] = await once(client, 'data');
  return Buffer.isBuffer(answer) ? answer.toString('hex') : '';
}

describe('what a client has sent', () => {
  it('is answered with an empty frame if nothing else answers it', async () => {
    expect(await firstAnswer(undefined)).toBe(EMPTY_FRAME);
  });

  it('is answered with the real answer alone if there is one', async () => {
    expect(await firstAnswer('answer')).toBe(Buffer.from('answer').toString('hex'));
  });
});
