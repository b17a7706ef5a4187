import { HexdagError } from '../errors.ts';
import type { JsonValue } from '../json.ts';
import type { ArtifactStore } from '../ports/artifact-store.ts';
import type { Payload } from '../ports/run-store.ts';
import { isLarge } from './large.ts';
import { putOnce } from './put-once.ts';

/** A payload's blob is gone or does not hold what was put there. */
export class PayloadLostError extends HexdagError {
  readonly code = 'payload_lost';
  readonly retryable = false;

  constructor(name: string) {
    super(
      `The blob '${name}', which holds a large value of this run, is missing. Restore it and retry the run, or start another.`,
    );
  }
}

/** A value as records hold it, and as it is. */
export interface StoredValue {
  readonly payload: Payload;
  readonly value: JsonValue;
}

/** Puts a value inline, or if it is large into a blob called `name`. If there is one already, that stands, and its value counts. */
export async function storeValue(value: JsonValue, name: string, artifacts: ArtifactStore): Promise<StoredValue> {
  const { payload, isKept } = await place(value, name, artifacts);
  return { payload, value: isKept ? await fromPayload(payload, artifacts) : value };
}

/** As `storeValue`, for who does not need the value. */
export async function toPayload(value: JsonValue, name: string, artifacts: ArtifactStore): Promise<Payload> {
  return (await place(value, name, artifacts)).payload;
}

async function place(value: JsonValue, name: string, artifacts: ArtifactStore): Promise<{ payload: Payload; isKept: boolean }> {
  const text = JSON.stringify(value);
  if (!isLarge(text)) return { payload: { value }, isKept: false };
  const { reference, isKept } = await putOnce(artifacts, name, Buffer.from(text), 'application/json');
  return { payload: { blob: reference }, isKept };
}

export async function fromPayload(payload: Payload, artifacts: ArtifactStore): Promise<JsonValue> {
  if ('value' in payload) return payload.value;
  const content = await artifacts.get(payload.blob.name);
  if (content === null) throw new PayloadLostError(payload.blob.name);
  return JSON.parse(Buffer.from(content).toString('utf8'));
}
