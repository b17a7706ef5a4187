import type { JsonObject, JsonValue } from '../json.ts';

/** What an incoming thing says about itself, before its key is known. */
export interface EventContent {
  /** What happened, in the sender's words. */
  readonly type: string;
  /** Where it came from: `/service-bus/orders`, or a CloudEvent's source. */
  readonly source: string;
  readonly data: JsonValue;
  readonly subject?: string;
  readonly correlationId?: string;
  /** W3C traceparent of the sender. */
  readonly traceParent?: string;
  /** The sender's application properties. */
  readonly properties: JsonObject;
  /** RFC 3339. */
  readonly receivedAt: string;
}

/** The validated envelope of one incoming thing. */
export interface Event extends EventContent {
  /** Two events of a trigger with the same key are the same event. */
  readonly key: string;
  /** SHA-256 (hex) of the canonical data. */
  readonly payloadHash: string;
}
