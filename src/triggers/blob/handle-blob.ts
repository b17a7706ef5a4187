import type { BlobHead } from '../../ports/incoming-blobs.ts';
import { type AcceptDependencies, acceptEvent } from '../accept-event.ts';
import type { Rejection } from '../rejection.ts';
import { shownPath } from '../shown-path.ts';
import type { Trigger } from '../trigger.ts';
import { type ArrivedBlob, type ReadArrivalDependencies, readArrival } from './read-arrival.ts';
import { recordRefusal } from './record-refusal.ts';
import type { BlobSource } from './source.ts';

type BlobDependencies = AcceptDependencies & ReadArrivalDependencies;

/**
 * Starts the run of a blob. Returning means that the blob is done with: its run is stored, it is gone, or it is refused and recorded
 * below `rejected/`. Whatever it throws makes the host give the blob again: `BlobChangedError` because it was written again meanwhile.
 */
export async function handleBlob(
  arrived: ArrivedBlob,
  trigger: Trigger<BlobSource>,
  dependencies: BlobDependencies,
): Promise<void> {
  const { log } = dependencies;
  const shown = { trigger: trigger.name, container: arrived.container, blob: shownPath(arrived.name) };
  const arrival = await readArrival(arrived, trigger, dependencies);
  if (arrival.kind === 'ignored') return log('debug', 'event ignored', shown);
  if (arrival.kind === 'gone') {
    return log('warn', 'a blob is gone before it was read; it is skipped', { ...shown, code: 'blob_gone' });
  }
  const refuse = async (rejection: Rejection, head: BlobHead | undefined) => {
    const record = await recordRefusal({ trigger: trigger.name, ...arrived, rejection, head }, dependencies);
    log('error', 'document refused', { ...shown, code: rejection.code, reason: rejection.message, record: record.name });
  };
  if (arrival.kind === 'refused') return refuse(arrival.rejection, arrival.head);
  const start = await acceptEvent(arrival.event, trigger, dependencies);
  if (start.kind === 'rejected') return refuse(start.rejection, arrival.head);
  log('debug', `event ${start.kind}`, { ...shown, runId: start.runId });
}
