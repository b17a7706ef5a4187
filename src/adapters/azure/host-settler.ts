import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js';
import { DependencyRefusedError, DependencyUnavailableError } from '../../ports/errors.ts';
import type { LockedMessage, Settler } from '../../ports/settler.ts';
import type { HostAddress } from './host-address.ts';
import { DEADLETTER_PATH, type DeadletterRequest, encodeDeadletter } from './settlement-wire.ts';

/** What the broker keeps of each. */
const MAX_TEXT_CHARACTERS = 4_096;
const DEADLINE_MS = 10_000;

const TEMPORARY = new Set([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.RESOURCE_EXHAUSTED,
  status.ABORTED,
  status.CANCELLED,
]);

/** Settles through the Functions host, which holds the lock, over the gRPC service it offers its workers. */
export class HostSettler implements Settler {
  readonly #address: HostAddress;
  #client: Client | undefined;

  constructor(address: HostAddress) {
    this.#address = address;
  }

  async refuse({ lockToken }: LockedMessage, reason: string, description: string): Promise<void> {
    await this.#deadletter({ lockToken, reason: clip(reason), description: clip(description) });
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #deadletter(request: DeadletterRequest): Promise<void> {
    this.#client ??= connect(this.#address);
    const client = this.#client;
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + DEADLINE_MS };
      client.makeUnaryRequest(DEADLETTER_PATH, encodeDeadletter, ignoreAnswer, request, options, (error) => {
        if (error === null) resolve();
        else reject(translate(error));
      });
    });
  }
}

/** Opens nothing yet: gRPC connects with the first call. */
function connect({ target, maxMessageBytes }: HostAddress): Client {
  const limits =
    maxMessageBytes === undefined
      ? {}
      : { 'grpc.max_send_message_length': maxMessageBytes, 'grpc.max_receive_message_length': maxMessageBytes };
  return new Client(target, credentials.createInsecure(), limits);
}

/** Empty by contract. (Not null: gRPC takes that for no answer at all.) */
function ignoreAnswer(): object {
  return {};
}

function clip(text: string): string {
  return text.slice(0, MAX_TEXT_CHARACTERS);
}

function translate(error: ServiceError): DependencyUnavailableError | DependencyRefusedError {
  const answer = `The Functions host answered ${status[error.code]} on dead-lettering a message`;
  if (TEMPORARY.has(error.code)) return new DependencyUnavailableError(`${answer}. The message comes back.`, { cause: error });
  return new DependencyRefusedError(`${answer}. Its lock may be lost, or the host offers no settlement.`, { cause: error });
}
