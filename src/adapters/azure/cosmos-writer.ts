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

const DEFAULT_RETRY_AFTER_MS = 100;

const BATCHING = {
  requestsInFlight: 2,
  operationsPerRequest: COSMOS_BATCH_OPERATIONS,
  maxThrottles: 20,
  delay: (ms: number, callback: () => void) => void setTimeout(callback, ms),
};

/** Conditional writes to one container. Under load they share requests; where the store is overloaded, they wait as told. */
export class CosmosWriter {
  readonly #openContainer: () => Promise<Container>;
  readonly #batcher: WriteBatcher<OperationInput, WriteOutcome>;

  constructor(openContainer: () => Promise<Container>) {
    this.#openContainer = openContainer;
    this.#batcher = new WriteBatcher((operations) => this.#send(operations), BATCHING);
  }

  /** The operation names its partition key. @throws DependencyUnavailableError, DependencyRefusedError */
  write(operation: OperationInput): Promise<WriteOutcome> {
    return this.#batcher.write(operation);
  }

  async #send(operations: readonly OperationInput[]): Promise<readonly Attempt<WriteOutcome>[]> {
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
      const throttled = throttledRequest(error);
      return operations.map(() => throttled);
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
function throttledRequest(error: unknown): Attempt<never> {
  const failure = cosmosFailure(error);
  if (failure?.code !== 429) throw translateCosmosError(error, 'writing to Cosmos DB');
  return { kind: 'throttled', retryAfterMs: failure.retryAfterInMs ?? DEFAULT_RETRY_AFTER_MS };
}

/** The service says it for each operation; the SDK's type leaves it out. */
function retryAfterOf(response: OperationResponse): number {
  if ('retryAfterMilliseconds' in response && typeof response.retryAfterMilliseconds === 'number') {
    return response.retryAfterMilliseconds;
  }
  return DEFAULT_RETRY_AFTER_MS;
}
