import { type Catalog, type Container, containerResource, type DatabaseEntry, databaseResource } from './catalog.ts';
import { CosmosError, notOffered } from './errors.ts';
import { flag, parseJsonObject, type Reply, type Request } from './exchange.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { etagOf } from './log-sequence.ts';
import { METADATA_CHARGE } from './request-charge.ts';
import type { Resource } from './resource-path.ts';

/** The one physical partition that every container has. */
export const PARTITION_KEY_RANGE_ID = '0';

type MetadataResource = Exclude<Resource, { kind: 'item' | 'items' }>;

/** Answers requests on everything but items. @throws CosmosError */
export async function answerMetadata(
  catalog: Catalog,
  resource: MetadataResource,
  request: Request,
  endpoint: string,
): Promise<Reply> {
  switch (resource.kind) {
    case 'account':
      assertMethod(request, ['GET']);
      return reply(200, accountResource(endpoint));
    case 'databases':
      return databases(catalog, request);
    case 'database':
      return database(catalog, resource.database, request);
    case 'containers':
      return containers(catalog, resource.database, request);
    case 'container':
      return container(catalog, resource.database, resource.container, request);
    case 'partition_key_ranges':
      assertMethod(request, ['GET']);
      return feed('PartitionKeyRanges', catalog.container(resource.database, resource.container).rid, [
        {
          id: PARTITION_KEY_RANGE_ID,
          minInclusive: '',
          maxExclusive: 'FF',
          ridPrefix: 0,
          throughputFraction: 1,
          status: 'online',
          parents: [],
        },
      ]);
  }
}

async function databases(catalog: Catalog, request: Request): Promise<Reply> {
  assertMethod(request, ['GET', 'POST']);
  refuseQuery(request);
  if (request.method === 'GET') return feed('Databases', '', catalog.databases().map(databaseResource));
  return databaseReply(201, await catalog.createDatabase(parseJsonObject(request.body)));
}

async function database(catalog: Catalog, id: string, request: Request): Promise<Reply> {
  assertMethod(request, ['GET', 'DELETE']);
  if (request.method === 'GET') return databaseReply(200, catalog.database(id));
  await catalog.dropDatabase(id);
  return { status: 204, charge: METADATA_CHARGE };
}

async function containers(catalog: Catalog, databaseId: string, request: Request): Promise<Reply> {
  assertMethod(request, ['GET', 'POST']);
  refuseQuery(request);
  if (request.method === 'POST') {
    return containerReply(201, await catalog.createContainer(databaseId, parseJsonObject(request.body)));
  }
  const { rid, containers } = catalog.database(databaseId);
  return feed('DocumentCollections', rid, [...containers.values()].map(containerResource));
}

async function container(catalog: Catalog, databaseId: string, id: string, request: Request): Promise<Reply> {
  assertMethod(request, ['GET', 'PUT', 'DELETE']);
  if (request.method === 'GET') return containerReply(200, catalog.container(databaseId, id));
  if (request.method === 'PUT') {
    return containerReply(200, await catalog.replaceContainer(databaseId, id, parseJsonObject(request.body)));
  }
  await catalog.dropContainer(databaseId, id);
  return { status: 204, charge: METADATA_CHARGE };
}

function databaseReply(status: number, entry: DatabaseEntry): Reply {
  return reply(status, databaseResource(entry), etagOf(entry.lsn));
}

function containerReply(status: number, entry: Container): Reply {
  return reply(status, containerResource(entry), etagOf(entry.lsn));
}

/** Both locations are the endpoint itself, so that endpoint discovery leads nowhere else. */
function accountResource(endpoint: string): JsonObject {
  const locations = [{ name: 'Local', databaseAccountEndpoint: endpoint }];
  return {
    id: 'hexdag-local',
    _rid: 'hexdag-local',
    _self: '',
    _dbs: '//dbs/',
    media: '//media/',
    addresses: '//addresses/',
    writableLocations: locations,
    readableLocations: locations,
    enableMultipleWriteLocations: false,
    userReplicationPolicy: { asyncReplication: false, minReplicaSetSize: 1, maxReplicasetSize: 1 },
    userConsistencyPolicy: { defaultConsistencyLevel: 'Session' },
    systemReplicationPolicy: { minReplicaSetSize: 1, maxReplicasetSize: 1 },
    readPolicy: { primaryReadCoefficient: 1, secondaryReadCoefficient: 1 },
    queryEngineConfiguration: '{}',
  };
}

function feed(name: string, rid: string, resources: JsonValue[]): Reply {
  const body = { _rid: rid, [name]: resources, _count: resources.length };
  return { ...reply(200, body), headers: { 'x-ms-item-count': String(resources.length) } };
}

function reply(status: number, body: JsonObject, etag?: string): Reply {
  return { status, body: JSON.stringify(body), charge: METADATA_CHARGE, ...(etag === undefined ? {} : { headers: { etag } }) };
}

function refuseQuery({ headers }: Request): void {
  if (flag(headers, 'x-ms-documentdb-isquery')) throw notOffered('A query over databases or containers (read them all instead)');
}

function assertMethod(request: Request, allowed: readonly string[]): void {
  if (allowed.includes(request.method)) return;
  throw new CosmosError(405, `The method ${request.method} is not allowed here: use ${allowed.join(', ')}.`);
}
