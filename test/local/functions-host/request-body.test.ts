import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { refuseRequest } from '../../../local/functions-host/refusal.ts';
import { readBody } from '../../../local/functions-host/request-body.ts';

/** A request whose sender goes away when told to. */
async function startRequest(): Promise<{ request: IncomingMessage; response: ServerResponse; leave: () => Promise<void> }> {
  const server = createServer().listen(0, '127.0.0.1');
  server.on('clientError', (_, socket) => socket.destroy());
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port.');
  const arrived = new Promise<{ request: IncomingMessage; response: ServerResponse }>((resolve) => {
    server.once('request', (request, response) => resolve({ request, response }));
  });
  const socket = connect(address.port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nfive.');
  const { request, response } = await arrived;
  request.on('error', () => undefined);
  const leave = async () => {
    const left = new Promise((resolve) => request.socket.once('close', resolve));
    socket.destroy();
    await left;
  };
  return { request, response, leave };
}

async function afterTurns(): Promise<string> {
  for (let turns = 0; turns < 20; turns += 1) await turn();
  return 'it waits';
}

it('a body whose sender goes away while it comes is given up', async () => {
  const { request, leave } = await startRequest();

  const body = readBody(request, 1_000);
  void leave();

  await expect(body).rejects.toMatchObject({ code: 'request_aborted' });
});

it('a body whose sender has gone away is not waited for', async () => {
  const { request, leave } = await startRequest();
  await leave();

  const body = readBody(request, 1_000);

  await expect(Promise.race([body, afterTurns()])).rejects.toMatchObject({ code: 'request_aborted' });
});

it('a refusal of a request whose sender has gone away waits for nothing', async () => {
  const { request, response, leave } = await startRequest();
  await leave();

  const refused = refuseRequest(request, response, { status: 400, code: 'request_aborted', detail: 'Gone.' });

  await expect(Promise.race([refused, afterTurns()])).resolves.toBeUndefined();
});
