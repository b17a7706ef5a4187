import type { Container, OperationInput, OperationResponse } from '@azure/cosmos';
import type { HexdagError } from '../../errors.ts';
import { COSMOS_BATCH_OPERATIONS } from '../../limits.ts';
import { cosmosFailure, translateCosmosError } from './cosmos-errors.ts';
import { errorOfStatus } from './dependency-error.ts';
import { type Attempt, WriteBatcher } from './write-batcher.ts';

/** How a conditional write ended. `missing`: the document to patch is not there. */
export type WriteOutcome = 'written' | 'conflict' | 'condition_failed' | 'missing';

const OUTCOMES: Readonly<Record<number, WriteOutcome>> = {
  200: 'written',
  201: 'written',
  204: 'written',
  404: 'missing',
  409: 'conflict',
  412: 'condition_failed',
};

/** With "not executed because another of the transaction failed" the answer lies in the other operation. */
const FAILED_DEPENDENCY = 424;
const DEFAULT_RETRY_AFTER_MS = 100;

const SHARED = {
  requestsInFlight: 4,
  operationsPerRequest: COSMOS_BATCH_OPERATIONS,
  maxThrottles: 20,
  delay: (ms: number, callback: () => void) => void setTimeout(callback, ms),
};
/** Transactions cannot share a request; the bound keeps a burst from opening a socket each. */
const ALONE = { ...SHARED, requestsInFlight: 16, operationsPerRequest: 1 };

interface Transaction {
  readonly partitionKey: string;
  readonly operations: OperationInput[];
}

/** Where a transaction ended: all written, or the first operation that failed and how. */
export type TransactionOutcome =
  | { readonly kind: 'written' }
  | { readonly kind: 'undone'; readonly operation: number; readonly outcome: WriteOutcome };

/** Conditional writes to one container: single ones share requests under load, transactions go alone. Load is waited out. */
export class CosmosWriter {
  readonly #openContainer: () => Promise<Container>;
  readonly #writes: WriteBatcher<OperationInput, WriteOutcome>;
  readonly #transactions: WriteBatcher<Transaction, TransactionOutcome>;

  constructor(openContainer: () => Promise<Container>) {
    this.#openContainer = openContainer;
    this.#writes = new WriteBatcher((operations) => this.#sendWrites(operations), SHARED);
    this.#transactions = new WriteBatcher((transactions) => this.#sendTransactions(transactions), ALONE);
  }

  /** Each operation names its partition key. @throws DependencyUnavailableError, DependencyRefusedError */
  write(operation: OperationInput): Promise<WriteOutcome> {
    return this.#writes.write(operation);
  }

  /** All or nothing. @throws DependencyUnavailableError, DependencyRefusedError */
  transact(partitionKey: string, operations: OperationInput[]): Promise<TransactionOutcome> {
    return this.#transactions.write({ partitionKey, operations });
  }

  async #sendWrites(operations: readonly OperationInput[]): Promise<readonly Attempt<WriteOutcome>[]> {
    try {
      const container = await this.#openContainer();
      // Not `executeBulkOperations`: that one looks for stragglers once a second, so every call takes a second.
      const responses = await container.items.bulk(
        [...operations],
        { continueOnError: true },
        { contentResponseOnWriteEnabled: false },
      );
      return responses.map(attemptOf);
    } catch (error) {
      return operations.map(whenThrottled(error, 'writing to Cosmos DB'));
    }
  }

  async #sendTransactions(transactions: readonly Transaction[]): Promise<readonly Attempt<TransactionOutcome>[]> {
    return Promise.all(transactions.map((transaction) => this.#sendTransaction(transaction)));
  }

  async #sendTransaction({ operations, partitionKey }: Transaction): Promise<Attempt<TransactionOutcome>> {
    try {
      const container = await this.#openContainer();
      // Copies, for the SDK rewrites the partition keys in what it is given, and a second try would rewrite them again.
      const copies = operations.map((operation) => ({ ...operation }));
      const response = await container.items.batch(copies, partitionKey, { contentResponseOnWriteEnabled: false });
      const results = response.result ?? [];
      const failed = results.findIndex(({ statusCode }) => statusCode >= 300 && statusCode !== FAILED_DEPENDENCY);
      const result = results[failed];
      if (result === undefined) return { kind: 'done', outcome: { kind: 'written' } };
      const attempt = attemptOf(result);
      if (attempt.kind !== 'done') return attempt;
      return { kind: 'done', outcome: { kind: 'undone', operation: failed, outcome: attempt.outcome } };
    } catch (error) {
      return whenThrottled(error, `the transaction of ${partitionKey}`)();
    }
  }
}

function attemptOf(response: OperationResponse): Attempt<WriteOutcome> {
  const { statusCode } = response;
  const outcome = OUTCOMES[statusCode];
  if (outcome !== undefined) return { kind: 'done', outcome };
  const retryAfterMs = retryAfterOf(response);
  if (statusCode === 429 || statusCode === 449) return { kind: 'throttled', retryAfterMs };
  const error: HexdagError = errorOfStatus(statusCode, 'writing to Cosmos DB', { retryAfterMs });
  return { kind: 'failed', error };
}

/** Throttling of the whole request is one of each operation; everything else is thrown in the app's terms. */
function whenThrottled(error: unknown, doing: string): () => Attempt<never> {
  const failure = cosmosFailure(error);
  if (failure?.code !== 429) throw translateCosmosError(error, doing);
  const retryAfterMs = failure.retryAfterInMs ?? DEFAULT_RETRY_AFTER_MS;
  return () => ({ kind: 'throttled', retryAfterMs });
}

/** The service says it for each operation; the SDK's type leaves it out. */
function retryAfterOf(response: OperationResponse): number {
  if ('retryAfterMilliseconds' in response && typeof response.retryAfterMilliseconds === 'number') {
    return response.retryAfterMilliseconds;
  }
  return DEFAULT_RETRY_AFTER_MS;
}
