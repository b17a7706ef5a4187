import { BlobServiceClient } from '@azure/storage-blob';
import type { Destination } from './commands/drop.ts';
import { CliError, EXIT } from './errors.ts';
import { printable } from './terminal.ts';

const RETRIES = { maxTries: 2, tryTimeoutInMs: 60_000 };

/** Uploads a file of any size, and gives its etag. @throws CliError `drop_failed` */
export async function dropFile(connection: string, file: string, { container, name }: Destination): Promise<string> {
  try {
    const account = BlobServiceClient.fromConnectionString(connection, { retryOptions: RETRIES });
    const { etag } = await account.getContainerClient(container).getBlockBlobClient(name).uploadFile(file);
    return etag ?? '';
  } catch (error) {
    throw new CliError('drop_failed', `${printable(file)} was not dropped: ${reasonOf(error, container)}`, {
      exitCode: EXIT.failed,
      cause: error,
    });
  }
}

function reasonOf(error: unknown, container: string): string {
  if (!(error instanceof Error)) return `${String(error)}.`;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'ContainerNotFound') {
    return `there is no container ${container}. Create it, or start the app whose trigger reads it.`;
  }
  if (code === 'ECONNREFUSED' || code === 'REQUEST_SEND_ERROR') {
    return 'the storage does not answer. Start the local Azure (hexdag start), or name another with --connection.';
  }
  return `${printable(error.message.split('\n')[0] ?? '')}.`;
}
