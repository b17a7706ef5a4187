import type { BlobClient, BlobGenerateSasUrlOptions, BlobServiceClient } from '@azure/storage-blob';
import { attachment } from '../../attachment.ts';
import type { Connection } from '../../config.ts';
import type { Clock } from '../../ports/clock.ts';
import { DependencyRefusedError } from '../../ports/errors.ts';
import { DelegationKeys } from './delegation-keys.ts';

/** The address of a blob with a shared access signature: it reads this blob until then (Unix milliseconds), and does nothing else. */
export type LinkSigner = (blob: BlobClient, until: number) => Promise<string>;

/** Signs with the account's key if the connection has it, and in the name of an identity with a key that the account gives it. */
export function linkSigner(connection: Connection, openAccount: () => Promise<BlobServiceClient>, clock: Clock): LinkSigner {
  if (connection.kind === 'connection_string') return signByAccountKey;
  const keys = new DelegationKeys(async (start, end) => (await openAccount()).getUserDelegationKey(start, end), clock);
  return async (blob, until) => blob.generateUserDelegationSasUrl(await optionsFor(blob, until), await keys.goodUntil(until));
}

const signByAccountKey: LinkSigner = async (blob, until) => {
  const options = await optionsFor(blob, until);
  try {
    return await blob.generateSasUrl(options);
  } catch (cause) {
    const message = "A link to a blob needs the account's key or an identity, and the connection has neither.";
    throw new DependencyRefusedError(message, { cause });
  }
};

/** No start: a link begins at once, whatever the account's clock says. */
async function optionsFor(blob: BlobClient, until: number): Promise<BlobGenerateSasUrlOptions> {
  const { BlobSASPermissions, SASProtocol } = await import('@azure/storage-blob');
  return {
    permissions: BlobSASPermissions.from({ read: true }),
    expiresOn: new Date(until),
    contentDisposition: attachment(blob.name),
    ...(new URL(blob.url).protocol === 'https:' ? { protocol: SASProtocol.Https } : {}),
  };
}
