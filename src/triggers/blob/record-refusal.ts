import { createHash } from 'node:crypto';
import type { ArtifactReference, ArtifactStore } from '../../ports/artifact-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { BlobHead } from '../../ports/incoming-blobs.ts';
import { putOnce } from '../../run/put-once.ts';
import type { Rejection } from '../rejection.ts';

interface RefusedBlob {
  readonly trigger: string;
  readonly container: string;
  readonly name: string;
  readonly rejection: Rejection;
  /** Unless it was refused by its name alone. */
  readonly head: BlobHead | undefined;
}

/** Records why a blob was refused, as `rejected/<trigger>/<hash>.json`: one record for each version of a blob, however often it comes. */
export async function recordRefusal(
  { trigger, container, name, rejection, head }: RefusedBlob,
  { artifacts, clock }: { readonly artifacts: ArtifactStore; readonly clock: Clock },
): Promise<ArtifactReference> {
  const { code: reason, message: description, ...details } = rejection;
  const record = {
    reason,
    description,
    ...details,
    trigger,
    container,
    name,
    etag: head?.etag ?? null,
    bytes: head?.bytes ?? null,
    contentType: head?.contentType ?? null,
    lastModified: head?.lastModified ?? null,
    refusedAt: new Date(clock.now()).toISOString(),
  };
  const identity = JSON.stringify([container, name, head?.etag ?? null]);
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 32);
  const content = Buffer.from(JSON.stringify(record, null, 2));
  const { reference } = await putOnce(artifacts, `rejected/${trigger}/${hash}.json`, content, 'application/json');
  return reference;
}
