/** How many requests a client may make in a time. */
export interface RequestLimit {
  /**
   * Counts a request.
   * @param client whoever makes it: each has the limit for itself
   * @returns undefined if it may be served, else how many milliseconds it should wait
   */
  take(client: string): Promise<number | undefined>;
}
