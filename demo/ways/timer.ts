import type { RunEnded } from '../run-events.ts';
import type { Judgement, WayIn } from './way-in.ts';

const SECOND_MS = 1_000;

/** A schedule. Nobody sends anything: the demo's copy of the trigger fires every second, not every night. */
export class TimerWay implements WayIn {
  readonly name = 'timer';
  readonly runs = 3;

  owns({ pipeline }: RunEnded): boolean {
    return pipeline === 'nightly-report';
  }

  async send(): Promise<void> {}

  async judge(runs: readonly RunEnded[]): Promise<Judgement> {
    const times = runs.map(({ key }) => Date.parse(key.slice(key.indexOf('/') + 1))).sort((a, b) => a - b);
    const [first = 0] = times;
    const isWhole = times.every((time, index) => time === first + index * SECOND_MS);
    const isDone = runs.every(({ status }) => status === 'completed');
    const seen = times.map((time) => new Date(time).toISOString().slice(11, 19)).join(', ');
    const faults = isWhole && isDone ? [] : [{ what: this.name, expected: 'one run a second, completed', seen }];
    return { sent: runs.length, refused: [], faults };
  }
}
