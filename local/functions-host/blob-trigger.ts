import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { type BlobPath, parseBlobPath } from './blob-path.ts';
import { HostStartError } from './errors.ts';
import type { ExtensionHost, RegisteredFunction } from './extension.ts';
import { parseExtensionSection } from './host-json.ts';
import { connectionStringOf, parseTriggerBinding } from './trigger-binding.ts';

const DEFAULT_CONNECTION = 'AzureWebJobsStorage';

const triggerSchema = z.object({
  connection: z.string().optional(),
  path: z.string(),
  source: z.string().default('LogsAndContainerScan'),
  properties: z.object({ supportsDeferredBinding: z.string().optional() }).default({}),
});

const atLeastOne = z.int().positive();

const sectionSchema = z.object({
  maxDegreeOfParallelism: atLeastOne.default(8 * availableParallelism()),
  poisonBlobThreshold: atLeastOne.default(5),
});

/** host.json's `extensions.blobs`. */
export type BlobSection = z.infer<typeof sectionSchema>;

/** What a `blobTrigger` binding asks for, with its settings resolved. */
export interface BlobTrigger {
  readonly connectionName: string;
  readonly connectionString: string;
  readonly path: BlobPath;
  /** Whether new blobs are announced by Event Grid, instead of being looked for. */
  readonly isAnnounced: boolean;
  /** Whether the function is given the blob's name instead of its content. */
  readonly isDeferred: boolean;
}

/** @throws HostStartError `host_json_invalid` */
export function parseBlobSection(section: Readonly<Record<string, unknown>>): BlobSection {
  return parseExtensionSection(sectionSchema, 'blobs', section);
}

/** @throws HostStartError `binding_invalid`, `setting_missing`, `unsupported_feature` */
export function parseBlobTrigger(fn: RegisteredFunction, host: ExtensionHost): BlobTrigger {
  const { connection, path: text, source, properties } = parseTriggerBinding(triggerSchema, fn);
  const path = parseBlobPath(host.resolve(text));
  if (path === undefined) {
    const message = `The trigger of '${fn.name}' has the path ${JSON.stringify(text)}, which is no container with a name`;
    throw new HostStartError('binding_invalid', `${message}: write container/{name}.`);
  }
  const connectionName = connection || DEFAULT_CONNECTION;
  return {
    connectionName,
    connectionString: connectionStringOf(fn, connectionName, 'blobServiceUri', host),
    path,
    isAnnounced: source.toLowerCase() === 'eventgrid',
    isDeferred: properties.supportsDeferredBinding === 'true',
  };
}
