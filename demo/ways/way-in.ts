import type { RunEnded } from '../run-events.ts';

/** One of the ways on which work comes into the app: how the demo uses it, and what must come of that. */
export interface WayIn {
  readonly name: string;
  /** Whether all its runs have ended, so that it can be judged. */
  isDone(runs: readonly RunEnded[]): boolean;
  /** Whether a run came in on this way. */
  owns(run: RunEnded): boolean;
  /** Sends everything, the duplicates and the broken ones too, and returns when all is sent. */
  send(): Promise<void>;
  /** Looks, once all its runs have ended, at what became of what was sent. */
  judge(runs: readonly RunEnded[]): Promise<Judgement>;
}

export interface Judgement {
  readonly sent: number;
  /** The code of each refusal. */
  readonly refused: readonly string[];
  readonly faults: readonly Fault[];
}

/** Something that did not end as it must. */
export interface Fault {
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
}

export interface Expectation {
  /** Keys of the runs that must complete. */
  readonly completed: readonly string[];
  readonly refused: readonly string[];
}

/** Holds what was seen of a way against what must be: these runs completed, each once, and these refusals. Pure. */
export function faultsOf(way: string, expected: Expectation, runs: readonly RunEnded[], refused: readonly string[]): Fault[] {
  const ends = runs.map(({ key, status }) => `${key} ${status}`).sort();
  const must = expected.completed.map((key) => `${key} completed`).sort();
  return [
    ...differences(must, ends).map((seen) => ({ what: way, expected: 'each of its runs once, completed', seen })),
    ...differences([...expected.refused].sort(), [...refused].sort()).map((seen) => ({
      what: way,
      expected: `refused: ${expected.refused.join(', ')}`,
      seen,
    })),
  ];
}

/** What the one sorted list has and the other has not. */
function differences(must: readonly string[], seen: readonly string[]): readonly string[] {
  const missing = remove(seen, must).map((one) => `not ${one}`);
  return [...missing, ...remove(must, seen)];
}

/** `all` without one of each of `these`. */
function remove(these: readonly string[], all: readonly string[]): readonly string[] {
  const rest = [...these];
  return all.filter((one) => {
    const index = rest.indexOf(one);
    if (index !== -1) rest.splice(index, 1);
    return index === -1;
  });
}
