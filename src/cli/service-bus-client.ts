import { ServiceBusClient } from '@azure/service-bus';
import { CliError, EXIT } from './errors.ts';

/** A client that gives up early, since somebody waits in front of it. @throws CliError of that code if there can be none */
export function createServiceBusClient(connection: string, code: string): ServiceBusClient {
  try {
    return new ServiceBusClient(connection, { retryOptions: { maxRetries: 2, timeoutInMs: 15_000 } });
  } catch (cause) {
    // The SDK's own text might show the key.
    const message = 'The connection string cannot be read: it has the form Endpoint=…;SharedAccessKeyName=…;SharedAccessKey=….';
    throw new CliError(code, message, { exitCode: EXIT.failed, cause });
  }
}
