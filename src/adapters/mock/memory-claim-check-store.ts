import type { ClaimCheckStore, ClaimedBody } from '../../ports/claim-check-store.ts';

/** Claimed bodies that last as long as the process. */
export class MemoryClaimCheckStore implements ClaimCheckStore {
  readonly #contents = new Map<string, Uint8Array>();

  /** Leaves a body, as a sender does. */
  leave(path: string, content: Uint8Array): void {
    this.#contents.set(path, Uint8Array.from(content));
  }

  async read(path: string, maxBytes: number): Promise<ClaimedBody> {
    const content = this.#contents.get(path);
    if (content === undefined) return { kind: 'missing' };
    if (content.byteLength > maxBytes) return { kind: 'too_large', bytes: content.byteLength };
    return { kind: 'found', content };
  }
}
