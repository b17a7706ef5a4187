import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { HostStartError } from './errors.ts';
import type { TimerStatus } from './timer-data.ts';

const fileSchema = z.record(
  z.string(),
  z
    .object({ last: z.number().optional(), next: z.number(), lastUpdated: z.number() })
    .transform(({ last, next, lastUpdated }): TimerStatus => ({ last, next, lastUpdated })),
);

/** Keeps when each timer ran last, in a JSON file; without a path in memory only, and then no run is ever past due. */
export class TimerStatusStore {
  readonly #path: string | undefined;
  readonly #status: Map<string, TimerStatus>;

  /** @throws HostStartError `settings_invalid` if the file is damaged */
  constructor(path: string | undefined) {
    this.#path = path;
    this.#status = new Map(Object.entries(path !== undefined && existsSync(path) ? readStatus(path) : {}));
  }

  get(functionName: string): TimerStatus | undefined {
    return this.#status.get(functionName);
  }

  set(functionName: string, status: TimerStatus): void {
    this.#status.set(functionName, status);
    if (this.#path === undefined) return;
    const draft = `${this.#path}.new`;
    writeFileSync(draft, JSON.stringify(Object.fromEntries(this.#status)), { flush: true });
    renameSync(draft, this.#path);
  }
}

function readStatus(path: string): Readonly<Record<string, TimerStatus>> {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    throw new HostStartError('settings_invalid', `The timers' status file ${path} is damaged: delete it to start afresh.`, {
      cause: error,
    });
  }
}
