import type { JsonObject } from '../json.ts';

/**
 * The plan the SDK asks for with each query. Every container has one physical partition, which sorts, aggregates and pages by
 * itself, so there is nothing left for the client to put together, whatever the query.
 */
export const QUERY_PLAN: JsonObject = {
  partitionedQueryExecutionInfoVersion: 2,
  queryInfo: {
    distinctType: 'None',
    top: null,
    offset: null,
    limit: null,
    orderBy: [],
    orderByExpressions: [],
    groupByExpressions: [],
    groupByAliases: [],
    aggregates: [],
    groupByAliasToAggregateType: {},
    rewrittenQuery: '',
    hasSelectValue: false,
    dCountInfo: null,
    hasNonStreamingOrderBy: false,
  },
  queryRanges: [{ min: '', max: 'FF', isMinInclusive: true, isMaxInclusive: false }],
};
