import type { Socket } from 'node:net';

/** An AMQP frame without content: 8 bytes, header of two words, type AMQP, channel 0. */
const EMPTY_FRAME = Buffer.from([0, 0, 0, 8, 2, 0, 0, 0]);

/**
 * Answers what was received and caused no write with an empty frame. The client leaves Nagle's algorithm on, so that its next
 * write would wait for our delayed acknowledgement, 40 ms; a frame carries the acknowledgement at once.
 */
export function keepPeerWriting(socket: Socket, isOpen: () => boolean): void {
  let written = 0;
  let armed = false;
  const answer = () => {
    armed = false;
    if (socket.bytesWritten === written && isOpen() && !socket.destroyed) socket.write(EMPTY_FRAME);
  };
  socket.on('data', () => {
    written = socket.bytesWritten;
    if (armed) return;
    armed = true;
    // Two turns: the commit that most answers wait for takes one.
    setImmediate(() => setImmediate(answer));
  });
}
