import type { Sender } from 'rhea';
import { amqp } from './amqp-values.ts';
import { CONDITION, sessionLockLost } from './errors.ts';
import { answerAttach, attachWith, holdAttach, remoteAttach } from './rhea-adaptations.ts';
import type { Session, SessionHolder } from './session.ts';
import type { SessionTable } from './session-table.ts';

export const SESSION_FILTER = 'com.microsoft:session-filter';
const LOCKED_UNTIL = 'com.microsoft:locked-until-utc';
const TIMEOUT = 'com.microsoft:timeout';
const DEFAULT_TIMEOUT_MS = 60_000;

/** .NET counts ticks of 100 nanoseconds since the year 1. */
const TICKS_PER_MS = 10_000n;
const TICKS_TO_1970 = 621_355_968_000_000_000n;

export interface SessionLinkHandlers {
  /** The link has its session, and may be handed messages. */
  consume(session: Session, holder: SessionHolder): void;
  /** The broker has closed the link. */
  closed(): void;
}

/**
 * Opens a link to the session that its client names, or to the next one that nobody holds; for that the client waits, as long as it said.
 * Must happen in the link's open event.
 *
 * @returns what ends the waiting
 * @throws BrokerError when somebody else holds the session
 */
export function openSessionLink(link: Sender, sessions: SessionTable, now: number, handlers: SessionLinkHandlers): () => void {
  const { source, properties } = remoteAttach(link);
  const close = (condition: string, description: string) => {
    link.close({ condition, description });
    handlers.closed();
  };
  const lost = () => close(CONDITION.sessionLockLost, sessionLockLost().message);
  const attach = (session: Session, holder: SessionHolder) => {
    attachWith(link, { [SESSION_FILTER]: session.id }, { [LOCKED_UNTIL]: amqp.long(ticks(session.lock?.until ?? now)) });
    handlers.consume(session, holder);
  };

  const wanted = source?.filter?.[SESSION_FILTER];
  if (typeof wanted === 'string') {
    const holder = { linkName: link.name, lost };
    attach(sessions.accept(wanted, holder), holder);
    return () => undefined;
  }
  holdAttach(link);
  const timeoutMs = properties?.[TIMEOUT];
  const request = {
    linkName: link.name,
    lost,
    until: now + (typeof timeoutMs === 'number' ? timeoutMs : DEFAULT_TIMEOUT_MS),
    granted(session: Session) {
      attach(session, request);
      answerAttach(link);
    },
    timedOut() {
      answerAttach(link);
      close(CONDITION.timeout, 'No session with messages was free within the allotted timeout.');
    },
  };
  sessions.request(request);
  return () => {
    // A client that gives up waits for our attach and detach.
    if (sessions.withdraw(request) && link.connection.is_open()) answerAttach(link);
  };
}

function ticks(unixMs: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(TICKS_TO_1970 + BigInt(Math.trunc(unixMs)) * TICKS_PER_MS);
  return bytes;
}
