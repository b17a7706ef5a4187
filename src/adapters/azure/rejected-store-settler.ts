import { createHash } from 'node:crypto';
import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { Clock } from '../../ports/clock.ts';
import { DependencyRefusedError } from '../../ports/errors.ts';
import type { LockedMessage, ReceivedMessage, Settler } from '../../ports/settler.ts';

/** Metadata that differs from delivery to delivery of one message. */
const PER_DELIVERY = new Set(['lockToken', 'deliveryCount', 'lockedUntilUtc', 'lockedUntil', 'invocationId', 'sys']);

/**
 * For hosts that offer no settlement: a refused message is stored whole as `rejected/<date>/<message id>-<hash>.json` and may then
 * be completed. Never lost, never redelivered ten times; the same message refused again is the same file.
 */
export class RejectedStoreSettler implements Settler {
  readonly #artifacts: ArtifactStore;
  readonly #clock: Clock;

  constructor(artifacts: ArtifactStore, clock: Clock) {
    this.#artifacts = artifacts;
    this.#clock = clock;
  }

  async refuse({ lockToken, received }: LockedMessage, reason: string, description: string): Promise<void> {
    if (received === undefined) {
      throw new DependencyRefusedError(
        'The message cannot be dead-lettered: this host offers no settlement, and its content was not handed over to be kept.',
      );
    }
    const message = { body: readable(received.body), metadata: lasting(received) };
    const content = Buffer.from(JSON.stringify({ reason, description, message }, null, 2));
    const date = new Date(this.#clock.now()).toISOString().slice(0, 10);
    await this.#artifacts.put(`rejected/${date}/${fileName(received, lockToken, content)}`, content, 'application/json');
  }
}

/** Bytes as text where they are text, else as Base64. */
function readable(body: unknown): unknown {
  if (!(body instanceof Uint8Array)) return body;
  const text = Buffer.from(body).toString('utf8');
  return Buffer.from(text).equals(body) ? text : { base64: Buffer.from(body).toString('base64') };
}

function lasting({ metadata = {} }: ReceivedMessage): Record<string, unknown> {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !PER_DELIVERY.has(name)));
}

/** The hash keeps two messages apart that share an id. */
function fileName({ metadata = {} }: ReceivedMessage, lockToken: string, content: Buffer): string {
  const messageId = metadata['messageId'];
  const id = typeof messageId === 'string' && messageId !== '' ? messageId : lockToken;
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return `${id.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 128)}-${hash}.json`;
}
