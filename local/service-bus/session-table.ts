import { randomUUID } from 'node:crypto';
import { BrokerError, CONDITION, sessionLockLost } from './errors.ts';
import type { Lanes } from './lane.ts';
import type { Locks } from './lock-table.ts';
import type { Lock, Message } from './message.ts';
import type { QueueSurroundings } from './queue-surroundings.ts';
import { sessionIdOf } from './sections.ts';
import { Session, type SessionHolder, type SessionLock } from './session.ts';

/** Somebody who waits for the next session that nobody holds. */
export interface SessionRequest extends SessionHolder {
  /** When it stops waiting, in Unix milliseconds. */
  readonly until: number;
  granted(session: Session): void;
  timedOut(): void;
}

/** The sessions of one queue: who holds them, until when, and who waits for one. A message is locked as long as its session is. */
export class SessionTable implements Lanes, Locks {
  readonly #lockDurationMs: number;
  readonly #around: QueueSurroundings;
  readonly #sessions = new Map<string, Session>();
  /** Sessions that nobody holds, longest ready first; some may have no message any more. */
  readonly #ready = new Set<Session>();
  /** All locks last equally long, so the order they were taken or renewed in is the order they end in. */
  readonly #held = new Set<Session>();
  /** The session of each locked message, by the lock's token. */
  readonly #locked = new Map<string, Session>();
  readonly #requests = new Set<SessionRequest>();

  constructor(lockDurationMs: number, around: QueueSurroundings) {
    this.#lockDurationMs = lockDurationMs;
    this.#around = around;
  }

  /** @throws BrokerError when somebody else holds the session */
  accept(id: string, holder: SessionHolder): Session {
    const session = this.#find(id);
    if (session.lock !== undefined) {
      const text = `The requested session '${id}' cannot be accepted. It may be locked by another receiver.`;
      throw new BrokerError(CONDITION.sessionCannotBeLocked, text);
    }
    this.#hold(session, holder);
    return session;
  }

  /** The session that has been ready the longest is granted as soon as there is one, unless `withdraw()` is called before. */
  request(request: SessionRequest): void {
    this.#requests.add(request);
    this.#around.counters.sessionsAwaited += 1;
    this.#around.wakeAt(request.until);
  }

  /** @returns whether the request was still waiting */
  withdraw(request: SessionRequest): boolean {
    return this.#requests.delete(request);
  }

  /** Ends the holder's lock, if it still has it, and returns the messages that were locked by it. */
  letGo(session: Session, holder: SessionHolder): Message[] {
    return session.lock?.holder === holder ? this.#end(session, session.lock) : [];
  }

  /** @throws BrokerError unless the session is held, and over that link */
  renewSession(id: string, linkName: string | undefined): number {
    const { session, lock } = this.heldSession(id, linkName);
    lock.until = this.#around.clock.now() + this.#lockDurationMs;
    this.#held.delete(session);
    this.#held.add(session);
    this.#around.counters.renewals += 1;
    this.#around.wakeAt(lock.until);
    return lock.until;
  }

  /** @throws BrokerError unless the session is held, and over the link, if one is named */
  heldSession(id: string, linkName: string | undefined): { readonly session: Session; readonly lock: SessionLock } {
    const session = this.#sessions.get(id);
    const lock = session?.lock;
    const isHolder = linkName === undefined || linkName === lock?.holder.linkName;
    if (session === undefined || lock === undefined || !isHolder || lock.until <= this.#around.clock.now()) {
      throw sessionLockLost();
    }
    return { session, lock };
  }

  /** Ids of the sessions that have messages to hand out, or are held. */
  ids(): string[] {
    return [...this.#sessions.values()]
      .filter((session) => session.lock !== undefined || session.isReady)
      .map((session) => session.id);
  }

  laneOf(message: Message): Session {
    const session = this.#find(sessionIdOf(message.content) ?? '');
    if (session.lock === undefined) this.#ready.add(session);
    return session;
  }

  /** The sessions that are held, once those who wait were given what is ready. */
  open(now: number): Iterable<Session> {
    for (const request of this.#requests) {
      const session = this.#nextReady();
      if (session === undefined) break;
      this.#requests.delete(request);
      this.#hold(session, request);
      request.granted(session);
    }
    return [...this.#held].filter(({ lock }) => lock !== undefined && lock.until > now);
  }

  take(message: Message): Lock {
    const { session, lock } = this.heldSession(this.laneOf(message).id, undefined);
    const taken: Lock = { token: randomUUID(), message, until: lock.until };
    message.lock = taken;
    lock.messages.set(taken.token, taken);
    this.#locked.set(taken.token, session);
    return taken;
  }

  held(token: string, now: number): Lock {
    const lock = this.#locked.get(token)?.lock;
    const held = lock?.messages.get(token);
    if (lock === undefined || held === undefined || lock.until <= now) throw sessionLockLost();
    return held;
  }

  renew(): never {
    throw new BrokerError(CONDITION.notAllowed, 'A message of a session has no lock of its own: renew the lock of the session.');
  }

  release(lock: Lock): void {
    this.#locked.get(lock.token)?.lock?.messages.delete(lock.token);
    this.#locked.delete(lock.token);
    lock.message.lock = undefined;
  }

  nextEnd(): number {
    const ends = [...this.#requests].map((request) => request.until);
    const [firstHeld] = this.#held;
    return Math.min(...ends, firstHeld?.lock?.until ?? Number.POSITIVE_INFINITY);
  }

  releaseEnded(now: number): Message[] {
    for (const request of this.#requests) {
      if (request.until > now) continue;
      this.#requests.delete(request);
      request.timedOut();
    }
    const messages: Message[] = [];
    for (const session of this.#held) {
      const { lock } = session;
      if (lock === undefined || lock.until > now) break;
      messages.push(...this.#end(session, lock));
      this.#around.counters.sessionLocksLost += 1;
      lock.holder.lost();
    }
    return messages;
  }

  #hold(session: Session, holder: SessionHolder): void {
    session.lock = { holder, messages: new Map(), until: this.#around.clock.now() + this.#lockDurationMs };
    this.#ready.delete(session);
    this.#held.add(session);
    this.#around.counters.sessionsAccepted += 1;
    this.#around.wakeAt(session.lock.until);
  }

  #end(session: Session, lock: SessionLock): Message[] {
    const locks = [...lock.messages.values()];
    for (const held of locks) this.release(held);
    session.lock = undefined;
    this.#held.delete(session);
    if (session.isReady) this.#ready.add(session);
    else this.#sessions.delete(session.id);
    return locks.map((held) => held.message);
  }

  #nextReady(): Session | undefined {
    for (const session of this.#ready) {
      if (session.isReady) return session;
      this.#ready.delete(session);
      if (session.lock === undefined) this.#sessions.delete(session.id);
    }
    return undefined;
  }

  #find(id: string): Session {
    const known = this.#sessions.get(id);
    if (known !== undefined) return known;
    const session = new Session(id);
    this.#sessions.set(id, session);
    return session;
  }
}
