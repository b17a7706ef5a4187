import type { JsonValue } from '../json.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { EventContent } from './event.ts';
import type { SchemaCheck } from './json-schema.ts';
import type { Reading } from './rejection.ts';

/** A pipeline that can be started: its plan, the hash that names it, and what its input must fit. */
export interface StartablePipeline {
  readonly name: string;
  /** The document's path, as triggers may name it. */
  readonly file: string;
  readonly planHash: string;
  readonly plan: Plan;
  /** From `input_schema`: what the run is given, or why there is none. */
  readonly readInput?: (input: JsonValue) => Reading<JsonValue>;
}

/** A queue, and the setting (or prefix of settings) that says how to connect to it. */
export interface ServiceBusSource {
  readonly type: 'service_bus';
  readonly connection: string;
  readonly queue: string;
}

/** Where events come from. Other kinds join this union. */
export type TriggerSource = ServiceBusSource;

/** Something computed from an event: its key, its input, whether it counts. */
export type EventFunction = (event: EventContent) => Reading<JsonValue>;

/** A compiled `kind: Trigger` document. */
export interface Trigger {
  readonly name: string;
  readonly source: TriggerSource;
  /** What an event starts that names no pipeline. */
  readonly pipeline: StartablePipeline;
  /** What an event may name besides. */
  readonly alternatives?: readonly StartablePipeline[];
  /** The idempotency key, where it is not what the sender marked the event with. */
  readonly key?: EventFunction;
  /** Events for which this is not true are left alone. */
  readonly when?: EventFunction;
  /** The run's input; without it, the event's data. */
  readonly input?: EventFunction;
  /** From the trigger's `schema`. */
  readonly checkBody?: SchemaCheck;
}
