import { Lane } from './lane.ts';
import type { Lock } from './message.ts';

/** Whoever receives from a session. */
export interface SessionHolder {
  /** Names the link it receives over; requests about the session name that too. */
  readonly linkName: string;
  /** Called when the session's lock has run out. */
  lost(): void;
}

/** A holder's claim on a session, and with it on the messages it was given of it, until `until` (Unix milliseconds) has passed. */
export interface SessionLock {
  readonly holder: SessionHolder;
  readonly messages: Map<string, Lock>;
  until: number;
}

/** The messages with one session id: they are handed out in their order, to one holder at a time. */
export class Session extends Lane {
  readonly id: string;
  lock: SessionLock | undefined;

  constructor(id: string) {
    super();
    this.id = id;
  }

  /** Whether somebody could take it and would find a message. */
  get isReady(): boolean {
    return this.lock === undefined && this.order.first() !== undefined;
  }
}
