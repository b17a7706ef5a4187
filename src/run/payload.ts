import { HexdagError } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import { INLINE_RESULT_BYTES } from '../limits.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Payload } from '../ports/run-store.ts';
import { putOnce } from './put-once.ts';

/** A payload's blob is gone or does not hold what was put there. */
export class PayloadLostError extends HexdagError {
  readonly code = 'payload_lost';
  readonly retryable = false;

  constructor(name: string) {
    super(`The blob '${name}', which holds a large value of this run, is missing. Restore it, or start the run again.`);
  }
}

/** The value inline, or above the inline limit as a blob called `name`; if there is one already, that stands. */
export async function toPayload(value: JsonValue, name: string, artifacts: ArtifactStore): Promise<Payload> {
  const text = JSON.stringify(value);
  if (text.length <= INLINE_RESULT_BYTES && Buffer.byteLength(text) <= INLINE_RESULT_BYTES) return { value };
  return { blob: await putOnce(artifacts, name, Buffer.from(text), 'application/json') };
}

export async function fromPayload(payload: Payload, artifacts: ArtifactStore): Promise<JsonValue> {
  if ('value' in payload) return payload.value;
  const content = await artifacts.get(payload.blob.name);
  if (content === null) throw new PayloadLostError(payload.blob.name);
  return JSON.parse(Buffer.from(content).toString('utf8'));
}
