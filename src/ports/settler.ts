/** A message the broker has locked for us. */
export interface LockedMessage {
  /** GUID text, from `triggerMetadata.lockToken`. */
  readonly lockToken: string;
  /** The message as it came, for a settler that must keep a copy of what it refuses. */
  readonly received?: ReceivedMessage;
}

/** A message as the host handed it over, with nothing checked. */
export interface ReceivedMessage {
  readonly body: unknown;
  /** `context.triggerMetadata`: properties, counts, times. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

/** Settles a locked message at once, where returning (complete) and throwing (abandon) say too little. */
export interface Settler {
  /** Dead-letters on this delivery. Reason and description are clipped to 4,096 characters. */
  refuse(message: LockedMessage, reason: string, description: string): Promise<void>;
}
