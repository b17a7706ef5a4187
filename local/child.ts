import { toFailure } from './failure.ts';
import type { FromChild, ToChild } from './messages.ts';

/** What one of the launcher's processes does. */
export interface ChildService<Config, Ready> {
  start(config: Config): Promise<Ready>;
  answer(question: string, body: unknown): unknown;
  stop(): Promise<void>;
  /** The launcher is gone; the process ends right after this. */
  orphaned?(): void;
}

/**
 * Runs a service for the launcher that forked this process: starts it when told, answers questions, stops when told,
 * and ends at once when the launcher goes away.
 */
export function serveLauncher<Config, Ready>(service: ChildService<Config, Ready>): void {
  if (process.send === undefined) {
    console.error('This is a part of the local Azure and is started by it: run "npm run hexdag start".');
    process.exit(2);
  }
  // Ctrl-C reaches the whole group; the launcher says when to stop.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => {
    service.orphaned?.();
    process.exit(0);
  });
  process.on('message', (message: ToChild<Config>) => {
    if (message.kind === 'start') void start(service, message.config);
    else if (message.kind === 'ask') void answer(service, message.id, message.question, message.body);
    else void stop(service);
  });
}

async function start<Config, Ready>(service: ChildService<Config, Ready>, config: Config): Promise<void> {
  try {
    send({ kind: 'ready', ready: await service.start(config) });
  } catch (error) {
    send({ kind: 'failed', failure: toFailure(error) }, () => process.exit(1));
  }
}

async function answer(service: ChildService<never, unknown>, id: number, question: string, body: unknown): Promise<void> {
  try {
    send({ kind: 'answer', id, body: await service.answer(question, body) });
  } catch (error) {
    send({ kind: 'refusal', id, message: toFailure(error).message });
  }
}

async function stop(service: ChildService<never, unknown>): Promise<void> {
  try {
    await service.stop();
    process.exit(0);
  } catch (error) {
    console.error('Did not stop cleanly:', error);
    process.exit(1);
  }
}

function send(message: FromChild<unknown>, sent?: () => void): void {
  process.send?.(message, undefined, undefined, sent);
}
