import { z } from 'zod';
import { badRequest, notOffered } from './errors.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { parsePartitionKeyPath } from './partition-key.ts';

const MAXIMUM_ID_BYTES = 255;

/** What a client sends to create or replace a container. Policies that change nothing here are kept and shown again. */
export interface ContainerDefinition {
  id: string;
  partitionKey: { paths: string[]; kind: 'Hash'; version: number };
  partitionKeyPath: string[];
  /** Seconds, -1, or null for "nothing expires". */
  defaultTtl: number | null;
  /** The definition as it is shown to clients, without the system's properties. */
  resource: JsonObject;
}

const schema = z.looseObject({
  partitionKey: z.object({
    paths: z.array(z.string()).min(1),
    kind: z.string().default('Hash'),
    version: z.number().int().default(2),
  }),
  defaultTtl: z
    .number()
    .int()
    .refine((seconds) => seconds === -1 || (seconds > 0 && seconds < 2 ** 31))
    .nullish(),
  uniqueKeyPolicy: z.object({ uniqueKeys: z.array(z.unknown()) }).optional(),
});

const DEFAULT_INDEXING: JsonValue = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/"_etag"/?' }],
};

/** @throws CosmosError (400) */
export function parseContainerDefinition(body: JsonObject): ContainerDefinition {
  const id = resourceId(body);
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
    throw badRequest(`The definition of the container '${id}' is not valid: ${problems}`);
  }
  const { partitionKey, defaultTtl, uniqueKeyPolicy } = parsed.data;
  if (partitionKey.kind !== 'Hash' || partitionKey.paths.length > 1) throw notOffered('A hierarchical partition key');
  if (uniqueKeyPolicy !== undefined && uniqueKeyPolicy.uniqueKeys.length > 0) throw notOffered('A unique key policy');
  const key = { paths: partitionKey.paths, kind: 'Hash' as const, version: partitionKey.version };
  const { defaultTtl: _sent, ...rest } = body;
  return {
    id,
    partitionKey: key,
    partitionKeyPath: parsePartitionKeyPath(partitionKey.paths[0] ?? ''),
    defaultTtl: defaultTtl ?? null,
    resource: {
      indexingPolicy: DEFAULT_INDEXING,
      conflictResolutionPolicy: { mode: 'LastWriterWins', conflictResolutionPath: '/_ts', conflictResolutionProcedure: '' },
      ...rest,
      partitionKey: key,
      ...(typeof defaultTtl === 'number' ? { defaultTtl } : {}),
    },
  };
}

/** The id of a database or container. @throws CosmosError (400) */
export function resourceId(body: JsonObject): string {
  const id = body['id'];
  if (typeof id !== 'string' || id === '') throw badRequest("The required property 'id' is missing or not a string.");
  if (/[/\\#?]/.test(id) || id.endsWith(' ')) throw badRequest(`The id '${id}' must not contain / \\ # ? nor end with a space.`);
  if (Buffer.byteLength(id) > MAXIMUM_ID_BYTES) throw badRequest(`The id is longer than ${MAXIMUM_ID_BYTES} bytes.`);
  return id;
}
