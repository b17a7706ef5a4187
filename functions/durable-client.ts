import type { InvocationContext } from '@azure/functions';
import { type DurableClient, getClient, input } from 'durable-functions';

/** The binding to give to a function that needs the durable client. */
export const durableClient = input.durableClient();

const clients = new Map<string, DurableClient>();

/**
 * The durable client of an invocation. The SDK would set up a new HTTP client for each; one for each address the host names (that
 * is, one) does.
 */
export function clientOf(context: InvocationContext): DurableClient {
  const address = JSON.stringify(context.extraInputs.get(durableClient));
  const known = clients.get(address) ?? getClient(context);
  clients.set(address, known);
  return known;
}
