import type { JsonValue } from '../json.ts';

/** The types of all events there are. */
export const RUN_EVENT_TYPES = [
  'hexdag.run.started',
  'hexdag.run.waiting',
  'hexdag.run.completed',
  'hexdag.run.failed',
  'hexdag.run.cancelled',
  'hexdag.node.completed',
  'hexdag.node.failed',
] as const;

/** Those told unless others are asked for: how runs end, and what they wait for. Each of the others is a message more, and a write. */
export const DEFAULT_EVENT_TYPES: readonly string[] = RUN_EVENT_TYPES.slice(1, 5);

/** The topic that events go to, unless the setting RUN_EVENTS_TOPIC names another. */
export const DEFAULT_RUN_EVENTS_TOPIC = 'run-events';

/** A CloudEvent 1.0 this app tells the world. `id` is stable: publishing twice gives the same id. */
export interface RunEvent {
  readonly id: string;
  /** One of `RUN_EVENT_TYPES`. */
  readonly type: string;
  /** `/pipelines/<pipeline>` */
  readonly source: string;
  /** The run id. */
  readonly subject: string;
  /** RFC 3339. */
  readonly time: string;
  readonly data: JsonValue;
  readonly traceparent?: string;
}

/** Publishes events to whoever listens, in the order given; each carries its id as the message id. */
export interface EventPublisher {
  /** Resolves when the broker has stored all of them. @throws DependencyUnavailableError, DependencyRefusedError */
  publish(events: readonly RunEvent[]): Promise<void>;
}
