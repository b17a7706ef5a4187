import { setTimeout } from 'node:timers/promises';
import type { RunEnded } from '../run-events.ts';
import { post } from './post.ts';
import { type Fault, faultsOf, type Judgement, type WayIn } from './way-in.ts';

const SECOND_MS = 1_000;
const REPETITIONS = 3;

/** A schedule: the demo's copy of the trigger fires every second, not every night. Some seconds are asked for by hand too. */
export class TimerWay implements WayIn {
  readonly name = 'timer';
  readonly #url: string;
  readonly #refused: string[] = [];

  constructor(app: string) {
    this.#url = `${app}/api/triggers/nightly/runs`;
  }

  /** Later seconds may end before earlier ones. */
  isDone(runs: readonly RunEnded[]): boolean {
    return runs.length >= REPETITIONS && faultsOfSeconds(this.name, runs).length === 0;
  }

  owns({ pipeline }: RunEnded): boolean {
    return pipeline === 'nightly-report';
  }

  /** Asks for seconds that have just had their run, or have it now; and for a moment that the schedule does not know. */
  async send(): Promise<void> {
    for (let times = 0; times < REPETITIONS; times += 1) {
      await setTimeout(SECOND_MS);
      await this.#askFor(Math.floor(Date.now() / SECOND_MS) * SECOND_MS);
    }
    await this.#askFor(Math.floor(Date.now() / SECOND_MS) * SECOND_MS - SECOND_MS / 2);
  }

  async #askFor(time: number): Promise<void> {
    const body = JSON.stringify({ scheduledTime: new Date(time).toISOString() });
    const refusal = await post(this.#url, {}, body);
    if (refusal !== undefined) this.#refused.push(refusal);
  }

  async judge(runs: readonly RunEnded[]): Promise<Judgement> {
    const refusals = faultsOf(this.name, { completed: [], refused: ['occurrence_unknown'] }, [], this.#refused);
    const faults = [...faultsOfSeconds(this.name, runs), ...refusals];
    return { sent: runs.length + REPETITIONS + this.#refused.length, refused: this.#refused, faults };
  }
}

/** Each second has its run, and one alone. */
export function faultsOfSeconds(what: string, runs: readonly RunEnded[]): readonly Fault[] {
  const times = runs.map(({ key }) => Date.parse(key.slice(key.indexOf('/') + 1))).sort((a, b) => a - b);
  const [first = 0] = times;
  const isWhole = times.every((time, index) => time === first + index * SECOND_MS);
  const isDone = runs.every(({ status }) => status === 'completed');
  const seen = times.map((time) => new Date(time).toISOString().slice(11, 19)).join(', ');
  return isWhole && isDone ? [] : [{ what, expected: 'one run a second, completed', seen }];
}
