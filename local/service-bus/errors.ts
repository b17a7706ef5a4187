/** AMQP error conditions, in the wording the Service Bus clients translate into their error codes. */
export const CONDITION = {
  notFound: 'amqp:not-found',
  notAllowed: 'amqp:not-allowed',
  notImplemented: 'amqp:not-implemented',
  decodeError: 'amqp:decode-error',
  internalError: 'amqp:internal-error',
  connectionForced: 'amqp:connection:forced',
  detachForced: 'amqp:link:detach-forced',
  messageSizeExceeded: 'amqp:link:message-size-exceeded',
  argumentError: 'com.microsoft:argument-error',
  messageLockLost: 'com.microsoft:message-lock-lost',
  sessionLockLost: 'com.microsoft:session-lock-lost',
  sessionCannotBeLocked: 'com.microsoft:session-cannot-be-locked',
  timeout: 'com.microsoft:timeout',
  messageNotFound: 'com.microsoft:message-not-found',
  entityAlreadyExists: 'com.microsoft:entity-already-exists',
  // Never met by this broker; for failures that are ordered.
  resourceLimitExceeded: 'amqp:resource-limit-exceeded',
  unauthorizedAccess: 'amqp:unauthorized-access',
  entityDisabled: 'com.microsoft:entity-disabled',
  serverBusy: 'com.microsoft:server-busy',
} as const;

export type Condition = (typeof CONDITION)[keyof typeof CONDITION];

const HTTP_STATUS: Partial<Record<Condition, number>> = {
  [CONDITION.notFound]: 404,
  [CONDITION.messageNotFound]: 404,
  [CONDITION.entityAlreadyExists]: 409,
  [CONDITION.messageLockLost]: 410,
  [CONDITION.sessionLockLost]: 410,
  [CONDITION.notAllowed]: 400,
  [CONDITION.decodeError]: 400,
  [CONDITION.argumentError]: 400,
  [CONDITION.notImplemented]: 501,
};

/** A request the broker refuses; the client is told the AMQP condition and the description. */
export class BrokerError extends Error {
  readonly code = 'broker_refused';
  readonly condition: Condition;

  constructor(condition: Condition, description: string) {
    super(description);
    this.name = 'BrokerError';
    this.condition = condition;
  }

  /** The status that management replies carry next to the condition. */
  get status(): number {
    return HTTP_STATUS[this.condition] ?? 500;
  }
}

/** What a client is told about any failure: a refusal in its own words, anything else as an internal error. */
export function asBrokerError(error: unknown): BrokerError {
  if (error instanceof BrokerError) return error;
  return new BrokerError(CONDITION.internalError, error instanceof Error ? error.message : String(error));
}

export function entityNotFound(address: string): BrokerError {
  return new BrokerError(CONDITION.notFound, `The messaging entity '${address}' could not be found.`);
}

export function sentToSubscription(path: string): BrokerError {
  return new BrokerError(CONDITION.notAllowed, `Nothing can be sent to the subscription '${path}': send to its topic.`);
}

export function receivedFromTopic(path: string): BrokerError {
  return new BrokerError(
    CONDITION.notAllowed,
    `Nothing can be received from the topic '${path}': receive from one of its subscriptions.`,
  );
}

export function lockLost(): BrokerError {
  return new BrokerError(
    CONDITION.messageLockLost,
    'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue.',
  );
}

export function sessionLockLost(): BrokerError {
  return new BrokerError(
    CONDITION.sessionLockLost,
    'The session lock has expired, or was given back. Accept the session again to receive its messages.',
  );
}

/** The port is taken, or may not be opened. */
export class ServiceBusListenError extends Error {
  readonly code = 'service_bus_port_unavailable';

  constructor(port: number, cause: unknown) {
    super(`The Service Bus broker cannot listen on 127.0.0.1:${port}: stop what holds the port, or choose another one.`, {
      cause,
    });
    this.name = 'ServiceBusListenError';
  }
}
