import type { BlobClient, BlobDownloadResponseParsed } from '@azure/storage-blob';
import { captureNames } from './blob-path.ts';
import type { BlobTrigger } from './blob-trigger.ts';
import type { Invocation } from './extension.ts';
import { textData } from './text-data.ts';
import type { TypedData } from './typed-data.ts';

const DEFERRED_SOURCE = 'AzureStorageBlobs';

/** The invocation for one version of a blob. */
export interface BlobInvocation {
  readonly etag: string;
  readonly invocation: Invocation;
}

/** That for a blob as it is now; null if it is gone. Its content is read only for functions that do not open it themselves. */
export async function blobInvocation(
  blob: BlobClient,
  { path, connectionName, isDeferred }: BlobTrigger,
): Promise<BlobInvocation | null> {
  const { containerName, name } = blob;
  const response = await download(blob, isDeferred);
  if (response === null) return null;
  const captures = Object.entries(captureNames(path, name) ?? {}).map(([key, value]) => [key, textData(value)] as const);
  const triggerMetadata = {
    ...Object.fromEntries(captures),
    BlobTrigger: textData(`${containerName}/${name}`),
    // Slashes of names are escaped only on the way to the storage.
    Uri: { json: JSON.stringify(blob.url.replaceAll('%2F', '/')) },
    Properties: { json: JSON.stringify(propertiesOf(response)) },
    Metadata: { json: JSON.stringify(response.metadata ?? {}) },
  };
  const trigger = await triggerData(response, { connectionName, containerName, name }, isDeferred);
  return { etag: response.etag ?? '', invocation: { trigger, triggerMetadata } };
}

async function download(blob: BlobClient, isDeferred: boolean): Promise<BlobAnswer | null> {
  try {
    return await (isDeferred ? blob.getProperties() : blob.download());
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return null;
    throw error;
  }
}

type BlobAnswer = Pick<
  BlobDownloadResponseParsed,
  'etag' | 'contentLength' | 'contentType' | 'lastModified' | 'metadata' | 'readableStreamBody'
>;

interface BlobName {
  readonly connectionName: string;
  readonly containerName: string;
  readonly name: string;
}

async function triggerData(
  { readableStreamBody: body }: BlobAnswer,
  { connectionName, containerName, name }: BlobName,
  isDeferred: boolean,
): Promise<TypedData> {
  if (isDeferred) {
    const content = Buffer.from(JSON.stringify({ Connection: connectionName, ContainerName: containerName, BlobName: name }));
    return { modelBindingData: { version: '1.0', source: DEFERRED_SOURCE, contentType: 'application/json', content } };
  }
  const pieces: Uint8Array[] = [];
  for await (const piece of body ?? []) pieces.push(Buffer.from(piece));
  return { bytes: Buffer.concat(pieces) };
}

function propertiesOf({ etag, contentLength, contentType, lastModified }: BlobAnswer): Readonly<Record<string, unknown>> {
  return { ETag: etag, ContentLength: contentLength, ContentType: contentType, LastModified: lastModified };
}
