import { type DurableClient, OrchestrationRuntimeStatus } from 'durable-functions';
import type { HexdagError } from '../../errors.ts';
import type { OrchestrationState, Orchestrations, RunStart } from '../../ports/orchestrations.ts';
import type { RunHistory } from '../../ports/run-history.ts';
import { toGenerationInput } from '../../run/run-generation.ts';
import { errorOfSilence, errorOfStatus } from './dependency-error.ts';

/** The one generic orchestrator that every run is an instance of. */
export const RUN_ORCHESTRATOR = 'run';

const { Completed, Failed, Terminated, Canceled } = OrchestrationRuntimeStatus;
const ENDED = [Completed, Failed, Terminated, Canceled];

/**
 * The durable client tells the engine's answer only in its errors' text, so this file, and no other, reads it there; a test holds
 * it to the real client's texts.
 */
const ANSWER = /(?:status code: |HTTP )(\d{3})\b/;
/** What the client makes of a 404 when it tells an orchestration something; a 410 it keeps to itself. */
const NO_INSTANCE = /^No instance with ID /;

type EngineClient = Pick<
  DurableClient,
  'startNew' | 'getStatus' | 'raiseEvent' | 'terminate' | 'suspend' | 'resume' | 'purgeInstanceHistoryBy'
>;

/** The durable engine behind the client of one invocation. */
export class DurableOrchestrations implements Orchestrations, RunHistory {
  readonly #client: EngineClient;

  constructor(client: EngineClient) {
    this.#client = client;
  }

  async start(run: RunStart): Promise<void> {
    try {
      await this.#client.startNew(RUN_ORCHESTRATOR, { instanceId: run.runId, input: toGenerationInput(run) });
    } catch (error) {
      if (answerOf(error) === 409) return;
      throw translate(error, `starting the run ${run.runId}`);
    }
  }

  async state(runId: string): Promise<OrchestrationState> {
    try {
      const { runtimeStatus } = await this.#client.getStatus(runId, { showInput: false });
      return ENDED.includes(runtimeStatus) ? 'ended' : 'active';
    } catch (error) {
      if (answerOf(error) === 404) return 'unknown';
      throw translate(error, `asking for the run ${runId}`);
    }
  }

  wake(runId: string, event: string): Promise<void> {
    return this.#tell(`waking the run ${runId}`, () => this.#client.raiseEvent(runId, event, {}));
  }

  terminate(runId: string, reason: string): Promise<void> {
    return this.#tell(`ending the run ${runId}`, () => this.#client.terminate(runId, reason));
  }

  suspend(runId: string, reason: string): Promise<void> {
    return this.#tell(`suspending the run ${runId}`, () => this.#client.suspend(runId, reason));
  }

  resume(runId: string, reason: string): Promise<void> {
    return this.#tell(`resuming the run ${runId}`, () => this.#client.resume(runId, reason));
  }

  async forget(begunBefore: string): Promise<void> {
    try {
      await this.#client.purgeInstanceHistoryBy({
        createdTimeFrom: new Date(0),
        createdTimeTo: new Date(begunBefore),
        runtimeStatus: ENDED,
      });
    } catch (error) {
      throw translate(error, 'removing the history of old runs');
    }
  }

  /** One that is gone, or has ended, need not be told. */
  async #tell(doing: string, request: () => Promise<void>): Promise<void> {
    try {
      await request();
    } catch (error) {
      if (answerOf(error) !== 404) throw translate(error, doing);
    }
  }
}

function answerOf(error: unknown): number | undefined {
  if (error instanceof Error && NO_INSTANCE.test(error.message)) return 404;
  const answer = error instanceof Error ? ANSWER.exec(error.message)?.[1] : undefined;
  return answer === undefined ? undefined : Number(answer);
}

function translate(cause: unknown, doing: string): HexdagError {
  const status = answerOf(cause);
  return status === undefined ? errorOfSilence(doing, cause) : errorOfStatus(status, doing, { cause });
}
