import type { JsonValue } from '../json.ts';

/** A CloudEvent 1.0 this app tells the world. `id` is stable: publishing twice gives the same id. */
export interface RunEvent {
  readonly id: string;
  /** `hexdag.run.completed`, `hexdag.run.failed`, … */
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
