import type { RunStart } from '../ports/orchestrations.ts';
import type { RunRecord } from '../ports/run-store.ts';

/** What the engine needs of a claimed run. */
export function toRunStart(run: RunRecord, recovering: boolean): RunStart {
  const { runId, pipeline, planHash, eventKey, input, traceParent, parent, retry } = run;
  return {
    runId,
    pipeline,
    planHash,
    eventKey,
    input,
    ...(traceParent === undefined ? {} : { traceParent }),
    ...(parent === undefined ? {} : { parent }),
    ...(retry === undefined ? {} : { retry }),
    recovering,
  };
}
