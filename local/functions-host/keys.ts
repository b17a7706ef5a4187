import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export type AuthLevel = 'anonymous' | 'function' | 'admin';

export interface HostKeys {
  /** Opens everything. */
  readonly master: string;
  /** Opens extension webhooks. */
  readonly system: string;
  /** Opens every function of level `function`. */
  readonly host: string;
}

/** Those that are not given are random. */
export function createHostKeys({ systemKey, hostKey }: { readonly systemKey?: string; readonly hostKey?: string }): HostKeys {
  const key = () => randomBytes(40).toString('base64url');
  return { master: key(), system: systemKey ?? key(), host: hostKey ?? key() };
}

/** Checks the key of a request: header `x-functions-key`, else the query's `code`. Lets all pass when `enforced` is false. */
export class KeyGuard {
  readonly #keys: HostKeys;
  readonly #enforced: boolean;

  constructor(keys: HostKeys, enforced: boolean) {
    this.#keys = keys;
    this.#enforced = enforced;
  }

  allows(level: AuthLevel, request: IncomingMessage, url: URL): boolean {
    if (!this.#enforced || level === 'anonymous') return true;
    const key = presentedKey(request, url);
    return same(key, this.#keys.master) || (level === 'function' && same(key, this.#keys.host));
  }

  allowsWebhook(request: IncomingMessage, url: URL): boolean {
    if (!this.#enforced) return true;
    const key = presentedKey(request, url);
    return same(key, this.#keys.master) || same(key, this.#keys.system);
  }
}

function presentedKey(request: IncomingMessage, url: URL): string {
  const header = request.headers['x-functions-key'];
  return typeof header === 'string' ? header : (url.searchParams.get('code') ?? '');
}

function same(presented: string, key: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(presented), digest(key));
}
