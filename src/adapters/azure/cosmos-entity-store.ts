import { createHash } from 'node:crypto';
import type { Container, ItemDefinition } from '@azure/cosmos';
import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import type { EntityStore, EntityWriteOptions, StoredEntity } from '../../ports/entity-store.ts';
import { cosmosFailure, MalformedDocumentError, translateCosmosError } from './cosmos-errors.ts';

/** Statuses that say the document is not what the write builds upon: there already, gone, or changed. */
const LOST_RACE: ReadonlySet<number | string> = new Set([404, 409, 412]);

const value = z.custom<JsonObject>((given) => isJsonObject(z.custom<JsonValue>().parse(given)));
const storedDocument = z.object({ value, _etag: z.string() });

/** Entities in Cosmos DB, a document each. One request a read, one a write, and the etag decides who was first. */
export class CosmosEntityStore implements EntityStore {
  readonly #openContainer: () => Promise<Container>;

  /** @param openContainer the container `entities`, partitioned by `/id`, with time to live switched on */
  constructor(openContainer: () => Promise<Container>) {
    this.#openContainer = openContainer;
  }

  async read(type: string, id: string): Promise<StoredEntity | null> {
    const key = documentId(type, id);
    const document = await this.#request(`reading an entity of type ${type}`, async (container) => {
      return (await container.item(key, key).read<ItemDefinition>()).resource;
    });
    if (document === undefined) return null;
    const parsed = storedDocument.safeParse(document);
    if (parsed.success) return { value: parsed.data.value, version: parsed.data._etag };
    throw new MalformedDocumentError(`The document ${key} of an entity of type ${type} is not what this version writes.`);
  }

  async write(
    type: string,
    id: string,
    value: JsonObject,
    expected: string | null,
    { ttlSeconds }: EntityWriteOptions = {},
  ): Promise<boolean> {
    const key = documentId(type, id);
    const document = { id: key, type, entityId: id, value, ...(ttlSeconds === undefined ? {} : { ttl: ttlSeconds }) };
    const answer = await this.#request(`writing an entity of type ${type}`, async (container) => {
      if (expected === null) return container.items.create(document);
      const accessCondition = { type: 'IfMatch', condition: expected };
      return container.item(key, key).replace(document, { accessCondition });
    });
    return answer !== undefined;
  }

  /** Undefined if there is no such document, or another one than the request builds upon. */
  async #request<Answer>(doing: string, work: (container: Container) => Promise<Answer>): Promise<Answer | undefined> {
    try {
      return await work(await this.#openContainer());
    } catch (error) {
      if (LOST_RACE.has(cosmosFailure(error)?.code ?? '')) return undefined;
      throw translateCosmosError(error, doing);
    }
  }
}

/** Types and ids are the user's, and document ids may not hold every character. */
function documentId(type: string, id: string): string {
  return createHash('sha256')
    .update(JSON.stringify([type, id]))
    .digest('hex');
}
