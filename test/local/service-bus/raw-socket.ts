import { Socket } from 'node:net';

/** Resolves once the broker has closed the connection that `bytes` were written to. */
export function closedAfter(port: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = new Socket();
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.connect(port, '127.0.0.1', () => socket.write(bytes));
    socket.resume();
  });
}
