/** A message the broker has locked for us. */
export interface LockedMessage {
  /** GUID text, from `triggerMetadata.lockToken`. */
  readonly lockToken: string;
}

/** Settles a locked message at once, where returning (complete) and throwing (abandon) say too little. */
export interface Settler {
  /** Dead-letters on this delivery. Reason and description are clipped to 4,096 characters. */
  refuse(message: LockedMessage, reason: string, description: string): Promise<void>;
}
