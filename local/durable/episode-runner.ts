import type { ExtensionHost, LogLevel } from '../functions-host/extension.ts';
import type { Change } from './change.ts';
import { decide, type EpisodeDecision } from './episode.ts';
import { UnknownOrchestratorError } from './errors.ts';
import type { FunctionIndex } from './function-index.ts';
import type { HistoryCache } from './history-cache.ts';
import { historyText, joinHistory } from './history-text.ts';
import { invokeOrchestrator, orchestratorPayload } from './invocations.ts';
import { Lane } from './lane.ts';
import type { CachedHistory, LiveInstance } from './live-instance.ts';
import type { TimerLimits } from './replay.ts';
import { afterEpisode, engineFailure, openEpisode, type Surroundings } from './steps.ts';

export interface EpisodeRunnerOptions {
  readonly host: ExtensionHost;
  readonly functions: FunctionIndex;
  readonly cache: HistoryCache;
  readonly limits: TimerLimits;
  readonly maxOrchestrators: number;
  readonly surroundings: () => Surroundings;
  readonly log: (level: LogLevel, message: string) => void;
}

/** What an episode changes and, if the orchestrator function could be run, the whole history after it. */
export interface EpisodeOutcome {
  readonly change: Change;
  readonly history?: CachedHistory;
}

/** Runs orchestrator functions over the histories of their instances, a limited number at a time. */
export class EpisodeRunner {
  episodes = 0;
  /** Tasks scheduled. */
  actions = 0;
  readonly #options: EpisodeRunnerOptions;
  readonly #lane: Lane;

  constructor(options: EpisodeRunnerOptions) {
    this.#options = options;
    this.#lane = new Lane(options.maxOrchestrators);
  }

  /** Takes all messages of the instance into one episode. What the engine itself fails at ends the instance with an explanation. */
  async run(instance: LiveInstance): Promise<EpisodeOutcome> {
    try {
      return await this.#run(instance);
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      this.#options.log('error', `The host could not run instance '${instance.id}': ${text}`);
      return { change: engineFailure(instance, error, this.#options.surroundings()) };
    }
  }

  async #run(instance: LiveInstance): Promise<EpisodeOutcome> {
    const { host, functions, cache, limits, surroundings } = this.#options;
    const fn = functions.find('orchestrationtrigger', instance.name);
    if (fn === undefined) throw new UnknownOrchestratorError(instance.name);
    const { episode, result } = await this.#lane.run(async () => {
      const episode = openEpisode(instance, cache.get(instance), host.clock.now());
      const history = joinHistory(episode.past.text, historyText(episode.freshTexts, false));
      const payload = orchestratorPayload(instance, history, limits);
      return { episode, result: await invokeOrchestrator(host, fn, payload, instance.traceParent) };
    });
    const history = [...episode.past.events, ...episode.fresh];
    const { name: orchestrator, executionId } = instance;
    const decision = decide({ orchestrator, executionId, history, result, now: host.clock.now(), limits });
    this.episodes += 1;
    this.actions += decision.newTasks.length;
    this.#warnOfLostEvents(instance, decision);
    const change = afterEpisode(instance, episode, decision, surroundings());
    const text = joinHistory(episode.past.text, change.history);
    return { change, history: { events: [...history, ...decision.events], text } };
  }

  #warnOfLostEvents(instance: LiveInstance, { verdict }: EpisodeDecision): void {
    if (verdict.kind !== 'continuedAsNew' || verdict.dropped.length === 0) return;
    const names = verdict.dropped.join(', ');
    this.#options.log(
      'warning',
      `Instance '${instance.id}' continued as new; events it had not awaited are lost, as in Azure: ${names}.`,
    );
  }
}
