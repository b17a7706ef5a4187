import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { HttpListeners } from '../../../local/functions-host/http-listeners.ts';
import { HttpServer } from '../../../local/functions-host/http-server.ts';

const CROWD = 128;

async function openListeners() {
  const server = createServer((_, response) => response.end('here'));
  const listeners = await HttpListeners.open(server, 0, 16);
  onTestFinished(async () => {
    const closed = listeners.close();
    server.closeAllConnections();
    await closed;
  });
  return { server, listeners };
}

it.runIf(process.platform === 'linux')('takes many connections at each turn of the event loop', async () => {
  const { server, listeners } = await openListeners();
  let taken = 0;
  server.on('connection', () => {
    taken += 1;
  });
  const crowd = Array.from({ length: CROWD }, () => connect(listeners.port, '127.0.0.1'));
  onTestFinished(() => crowd.forEach((socket) => void socket.destroy()));

  let turns = 0;
  for (; taken < CROWD; turns += 1) await turn();

  expect(turns).toBeLessThan(CROWD / 2);
});

it('lets a server answer at a second port', async () => {
  const { server, listeners } = await openListeners();
  const second = await HttpListeners.open(server, 0, 16);

  const answers = await Promise.all([listeners, second].map(({ port }) => fetch(`http://127.0.0.1:${port}`)));

  expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['here', 'here']);
  const closed = second.close();
  server.closeAllConnections();
  await closed;
});

it('shares its port with nobody else', async () => {
  const { listeners } = await openListeners();

  const second = HttpServer.listen(listeners.port);

  await expect(second).rejects.toMatchObject({ code: 'port_unavailable' });
});

it('frees its port when it is closed', async () => {
  const first = await HttpServer.listen(0);
  const idle = connect(first.port, '127.0.0.1');
  await once(idle, 'connect');

  await first.close();
  const second = await HttpServer.listen(first.port);

  expect(second.port).toBe(first.port);
  await second.close();
});
