import type { JsonValue } from '../json.ts';
import type { Plan } from '../pipeline/plan.ts';
import type { BlobSource } from './blob/source.ts';
import type { EventContent } from './event.ts';
import type { SchemaCheck } from './json-schema.ts';
import type { Reading } from './rejection.ts';
import type { ServiceBusSource } from './service-bus/source.ts';
import type { TimerSource } from './timer/source.ts';
import type { WebhookSource } from './webhook/source.ts';

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

/** Where events come from: one type for each `spec.type`. */
export type TriggerSource = ServiceBusSource | TimerSource | BlobSource | WebhookSource;

/** Something computed from an event: its key, its input, whether it counts. */
export type EventFunction = (event: EventContent) => Reading<JsonValue>;

/** A compiled `kind: Trigger` document. */
export interface Trigger<Source extends TriggerSource = TriggerSource> {
  readonly name: string;
  readonly source: Source;
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

type TriggerOf<Type extends TriggerSource['type']> = Trigger<Extract<TriggerSource, { readonly type: Type }>>;

/** Those of an app's triggers that are of one type. */
export function triggersOf<Type extends TriggerSource['type']>(
  triggers: readonly Trigger[],
  type: Type,
): readonly TriggerOf<Type>[] {
  return triggers.filter((trigger): trigger is TriggerOf<Type> => trigger.source.type === type);
}
