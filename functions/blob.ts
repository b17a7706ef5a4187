import { app, trigger } from '@azure/functions';
import { type ModelBindingData, ResourceFactoryResolver } from '@azure/functions-extensions-base';
import { z } from 'zod';
import type { Work } from '../src/app.ts';
import { triggersOf } from '../src/triggers/trigger.ts';
import { clientOf, durableClient } from './durable-client.ts';

/** What the host calls a blob that it only names. */
const DEFERRED_BLOB = 'AzureStorageBlobs';

const deferredBlob = z
  .object({ ContainerName: z.string(), BlobName: z.string() })
  .transform(({ ContainerName, BlobName }) => ({ container: ContainerName, name: BlobName }));

/** Each trigger document on blobs as a function of its own, named after it. */
export function registerBlobs(work: Work): void {
  ResourceFactoryResolver.getInstance().registerResourceFactory(DEFERRED_BLOB, nameOf);
  for (const document of triggersOf(work.triggers, 'blob')) {
    const { connection, path } = document.source;
    app.generic(document.name, {
      // `sdkBinding` has the host name the blob instead of handing over its content, which may not fit into memory.
      trigger: trigger.generic({
        type: 'blobTrigger',
        connection,
        path: path.text,
        source: work.blobTriggerSource,
        sdkBinding: true,
      }),
      extraInputs: [durableClient],
      handler: (blob, context) => work.acceptBlob(document, deferredBlob.parse(blob), clientOf(context), context),
    });
  }
}

/** What the host tells of a blob, as it is: the app opens it by itself. */
function nameOf(data: ModelBindingData | ModelBindingData[]): unknown {
  if (Array.isArray(data) || data.content === undefined || data.content === null) {
    throw new TypeError('The host named no single blob.');
  }
  return JSON.parse(Buffer.from(data.content).toString('utf8'));
}
