import { z } from 'zod';
import { HostStartError } from './errors.ts';
import type { ExtensionHost, HostExtension, RegisteredFunction } from './extension.ts';
import { NcrontabError } from './ncrontab.ts';
import { Timer, type TimerOptions } from './timer.ts';
import { isMoreFrequentThanMinutely, parseTimerSchedule, type TimerSchedule } from './timer-schedule.ts';
import { TimerStatusStore } from './timer-status-store.ts';
import { functionsOfType, parseTriggerBinding } from './trigger-binding.ts';

const TRIGGER_TYPE = 'timertrigger';

const triggerSchema = z.object({
  schedule: z.string(),
  runOnStartup: z.boolean().default(false),
  useMonitor: z.boolean().default(true),
});

export interface TimerExtensionOptions {
  /** JSON file that remembers runs over a restart; without it nothing is remembered. */
  readonly statusPath?: string;
}

/** Serves `timerTrigger`, in the time zone of the process (`TZ`, `WEBSITE_TIME_ZONE`). */
export class TimerExtension implements HostExtension {
  readonly name = 'timer';
  readonly triggerTypes = [TRIGGER_TYPE];
  readonly #statusPath: string | undefined;
  #timers: readonly Timer[] = [];

  constructor(options: TimerExtensionOptions = {}) {
    this.#statusPath = options.statusPath;
  }

  async start(host: ExtensionHost): Promise<void> {
    const store = new TimerStatusStore(this.#statusPath);
    const functions = functionsOfType(TRIGGER_TYPE, host);
    this.#timers = functions.map((fn) => new Timer(host, fn, timerOptions(fn, host), store));
    for (const timer of this.#timers) timer.start();
  }

  async drain(): Promise<void> {
    await Promise.all(this.#timers.map((timer) => timer.drain()));
  }

  async close(): Promise<void> {
    await this.drain();
  }

  counters(): Readonly<Record<string, number>> {
    return { fired: this.#timers.reduce((sum, { counters }) => sum + counters.fired, 0) };
  }
}

function timerOptions(fn: RegisteredFunction, host: ExtensionHost): TimerOptions {
  const { schedule: text, runOnStartup, useMonitor } = parseTriggerBinding(triggerSchema, fn);
  const schedule = scheduleOf(fn, host.resolve(text));
  return { schedule, runOnStartup, isMonitored: useMonitor && !isMoreFrequentThanMinutely(schedule, host.clock.now()) };
}

function scheduleOf(fn: RegisteredFunction, text: string): TimerSchedule {
  try {
    return parseTimerSchedule(text);
  } catch (error) {
    if (!(error instanceof NcrontabError)) throw error;
    throw new HostStartError('schedule_invalid', `The timer '${fn.name}' cannot run. ${error.message}`, { cause: error });
  }
}
