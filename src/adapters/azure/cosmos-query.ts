import type { Container, FeedOptions, SqlQuerySpec } from '@azure/cosmos';

/** The first documents that a query finds, up to `limit` of them, in as few pages as hold so many. Throws what the SDK throws. */
export async function findFirst(
  container: Container,
  query: SqlQuerySpec,
  limit: number,
  options: FeedOptions = {},
): Promise<readonly unknown[]> {
  const pageSize = Number.isFinite(limit) ? { maxItemCount: limit } : {};
  const pages = container.items.query<unknown>(query, { ...options, ...pageSize });
  const found: unknown[] = [];
  while (found.length < limit && pages.hasMoreResults()) found.push(...((await pages.fetchNext()).resources ?? []));
  return found.slice(0, limit);
}
