/** How orchestrations went, step by step: what the durable engine keeps beside the records of runs. */
export interface RunHistory {
  /**
   * Forgets that of orchestrations which began before then (RFC 3339) and have ended.
   * @throws DependencyUnavailableError, DependencyRefusedError
   */
  forget(begunBefore: string): Promise<void>;
}
