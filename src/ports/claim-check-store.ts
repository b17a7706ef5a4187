/** What lies where a claim check points. */
export type ClaimedBody =
  | { readonly kind: 'found'; readonly content: Uint8Array }
  | { readonly kind: 'missing' }
  /** Not read, because it is larger than was asked for. */
  | { readonly kind: 'too_large'; readonly bytes: number };

/** Bodies too large for a message, which their senders leave in blobs. They are only ever read here. */
export interface ClaimCheckStore {
  /** The content at `path`, unless it has more than `maxBytes`. @throws DependencyUnavailableError, DependencyRefusedError */
  read(path: string, maxBytes: number): Promise<ClaimedBody>;
}
