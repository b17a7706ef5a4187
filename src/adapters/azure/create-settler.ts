import type { ArtifactStore } from '../../ports/artifact-store.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Settler } from '../../ports/settler.ts';
import { readHostAddress } from './host-address.ts';
import { HostSettler } from './host-settler.ts';
import { RejectedStoreSettler } from './rejected-store-settler.ts';

export interface SettlerFallback {
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** The settler for the host that started this process with `argv`; without a host that settles, one that keeps refused messages itself. */
export function createSettler(argv: readonly string[], { artifacts, clock, log }: SettlerFallback): Settler {
  const address = readHostAddress(argv);
  if (address !== null) return new HostSettler(address);
  log(
    'warn',
    'The host offers no settlement, so refused messages are kept as artifacts under rejected/ instead of dead-lettered.',
  );
  return new RejectedStoreSettler(artifacts, clock);
}
