import type { ServiceBusClient } from '@azure/service-bus';

/** What tells of a client's connection: `connection_open`, and `disconnected` also when it could not be opened. */
export interface ConnectionEvents {
  once(event: 'connection_open' | 'disconnected', listener: () => void): unknown;
}

/**
 * The events of the client's first connection. The SDK keeps them to itself (its error handler hears nothing of a connection that
 * breaks), so this leans on its insides; its version is pinned because of that.
 */
export function connectionEvents(client: ServiceBusClient): ConnectionEvents {
  const context: unknown = Reflect.get(client, '_connectionContext');
  const connection: unknown = typeof context === 'object' && context !== null && 'connection' in context && context.connection;
  if (!isEvents(connection)) throw new TypeError('This version of @azure/service-bus shows no events of its connection.');
  return connection;
}

function isEvents(value: unknown): value is ConnectionEvents {
  return typeof value === 'object' && value !== null && 'once' in value && typeof value.once === 'function';
}
