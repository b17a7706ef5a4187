import { setMaxListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { ServiceBusSessionReceiver } from '@azure/service-bus';
import { BrokerConnection } from './broker-connection.ts';
import { HeldSession, type HeldSessionOptions } from './held-session.ts';
import type { MessageStream, SourceHandlers, SourceOptions } from './message-source.ts';

/** How long one request for the next session waits at the broker. */
const ACCEPT_TIMEOUT_MS = 30_000;
const PAUSE_AFTER_FAILURE_MS = 1_000;

export interface SessionsOptions extends SourceOptions, HeldSessionOptions {
  readonly maxConcurrentSessions: number;
}

/**
 * Receives the messages of a queue or subscription by their sessions, over a connection of its own, and ends with that connection: so many sessions
 * at once, each until it is idle, then the next one that nobody holds.
 */
export class ServiceBusSessions implements MessageStream {
  readonly #options: SessionsOptions;
  readonly #handlers: SourceHandlers;
  readonly #connection: BrokerConnection;
  readonly #held = new Set<HeldSession>();
  readonly #stopped = new AbortController();

  constructor(options: SessionsOptions, handlers: SourceHandlers) {
    this.#options = options;
    this.#handlers = handlers;
    // The SDK listens to it several times for each session that is waited for.
    setMaxListeners(0, this.#stopped.signal);
    this.#connection = new BrokerConnection(options.connectionString, ACCEPT_TIMEOUT_MS, {
      connected: handlers.connected,
      lost: () => {
        this.#end();
        handlers.lost();
      },
    });
    for (let place = 0; place < options.maxConcurrentSessions; place++) void this.#serveSessions();
  }

  async stop(): Promise<void> {
    this.#end();
    await Promise.all([...this.#held].map((session) => session.served));
  }

  async close(): Promise<void> {
    this.#end();
    await this.#connection.close();
  }

  #end(): void {
    this.#stopped.abort();
    for (const session of this.#held) session.stop();
  }

  /** Never rejects. */
  async #serveSessions(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      const receiver = await this.#acceptNext();
      if (receiver !== undefined) await this.#serve(receiver);
    }
  }

  /** Undefined when there was none in time. */
  async #acceptNext(): Promise<ServiceBusSessionReceiver | undefined> {
    const { entityPath, maxAutoLockRenewalDurationMs } = this.#options;
    try {
      return await this.#connection.client.acceptNextSession(entityPath, {
        maxAutoLockRenewalDurationInMs: maxAutoLockRenewalDurationMs,
        skipParsingBodyAsJson: true,
        abortSignal: this.#stopped.signal,
      });
    } catch (error) {
      if (this.#stopped.signal.aborted || isTimeout(error)) return undefined;
      this.#handlers.failed('acceptSession', error instanceof Error ? error : new Error(String(error)));
      await setTimeout(PAUSE_AFTER_FAILURE_MS, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
      return undefined;
    }
  }

  async #serve(receiver: ServiceBusSessionReceiver): Promise<void> {
    const session = new HeldSession(this.#connection, receiver, this.#options, this.#handlers);
    this.#held.add(session);
    if (this.#stopped.signal.aborted) session.stop();
    await session.served;
    this.#held.delete(session);
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ServiceTimeout';
}
