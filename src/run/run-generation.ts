import type { RunStart } from '../ports/orchestrations.ts';
import type { Frame } from './frame.ts';
import type { NodeOutcome } from './outcome.ts';

/** What an orchestration begins with; later generations of a long run bring along what is known. */
export interface RunGeneration extends RunStart {
  readonly outcomes?: readonly NodeOutcome[];
  readonly frames?: readonly Frame[];
  /** Nodes that wait for their next attempt. Times are Unix milliseconds. */
  readonly retries?: readonly { readonly node: string; readonly attempt: number; readonly at: number }[];
  /** Unix milliseconds: when the first generation began. */
  readonly startedAt?: number;
}

/** A generation as an orchestration's input. */
export interface GenerationInput {
  readonly generation: string;
}

/**
 * As text, for the durable SDK changes the input it hands to an orchestration: members called `Timestamp` become dates, at any
 * depth, and one called `hasOwnProperty` makes it throw. What the senders of events call things is not ours to restrict.
 */
export function toGenerationInput(generation: RunGeneration): GenerationInput {
  return { generation: JSON.stringify(generation) };
}

export function fromGenerationInput({ generation }: GenerationInput): RunGeneration {
  return JSON.parse(generation);
}
