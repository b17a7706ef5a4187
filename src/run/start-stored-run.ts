import { HexdagError } from '../errors.ts';
import type { Log } from '../ports/log.ts';
import type { Orchestrations } from '../ports/orchestrations.ts';
import type { RunRecord } from '../ports/run-store.ts';
import { toRunStart } from './run-start.ts';

interface StartDependencies {
  readonly orchestrations: Pick<Orchestrations, 'start'>;
  readonly log: Log;
}

/** Has a run started that is stored. If the engine is away, it is accepted all the same: the sweeper starts what is left. */
export async function startStoredRun(
  run: RunRecord,
  recovering: boolean,
  { orchestrations, log }: StartDependencies,
): Promise<void> {
  try {
    await orchestrations.start(toRunStart(run, recovering));
  } catch (error) {
    if (!(error instanceof HexdagError)) throw error;
    const properties = { runId: run.runId, code: error.code, error: error.message };
    log('warn', 'a run is stored but not started; the sweeper starts it', properties);
  }
}
