import { createLocalJWKSet } from 'jose';
import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { KeysUnavailableError } from '../../ports/errors.ts';
import { readText } from './answer-body.ts';

/** From this age on keys are fetched again, while those at hand go on serving. */
const FRESH_MS = 10 * 60_000;
/** For so long they serve although the issuer does not answer. */
const USABLE_MS = 24 * 3_600_000;
/** Between two fetches, however many tokens name keys that are not known. */
const COOLDOWN_MS = 30_000;
/** Between two fetches while there are no keys at all. */
const RETRY_MS = 1_000;
const FETCH_TIMEOUT_MS = 3_000;
const MAX_ANSWER_BYTES = 256 * 1024;

const discovery = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** Finds the key that a token's header names. */
export type KeySet = ReturnType<typeof createLocalJWKSet>;

/**
 * The keys of one issuer, found by its discovery document. What is fetched, and how often, is up to this class alone: nothing that a
 * token says leads to an address, and no number of tokens to more than one fetch in half a minute.
 */
export class IssuerKeys {
  readonly #issuer: string;
  readonly #clock: Clock;
  #address: URL | undefined;
  #current: { readonly set: KeySet; readonly fetchedAt: number } | undefined;
  #lastAttemptAt = Number.NEGATIVE_INFINITY;
  #lastFailure: KeysUnavailableError | undefined;
  #pending: Promise<KeySet> | undefined;

  constructor(issuer: string, clock: Clock) {
    this.#issuer = issuer;
    this.#clock = clock;
  }

  /** @throws KeysUnavailableError */
  async get(): Promise<KeySet> {
    const { set, age } = this.#known();
    if (set === undefined || age > USABLE_MS) return this.#fetch(RETRY_MS);
    // Whoever asks is served with what is at hand; the next one has the news.
    if (age > FRESH_MS) this.#fetch(COOLDOWN_MS).catch(() => undefined);
    return set;
  }

  /** Other keys than `old`, which lacked one, or undefined if there are none or it is too early to ask. */
  async newerThan(old: KeySet): Promise<KeySet | undefined> {
    const { set } = this.#known();
    if (set !== old) return set;
    const fetched = await this.#fetch(COOLDOWN_MS).catch(() => undefined);
    return fetched === old ? undefined : fetched;
  }

  #known(): { readonly set: KeySet | undefined; readonly age: number } {
    const { set, fetchedAt = Number.NEGATIVE_INFINITY } = this.#current ?? { set: undefined };
    return { set, age: this.#clock.now() - fetchedAt };
  }

  /** One fetch at a time, and none sooner than `pauseMs` after the one before. */
  async #fetch(pauseMs: number): Promise<KeySet> {
    if (this.#pending !== undefined) return this.#pending;
    const waitMs = this.#lastAttemptAt + pauseMs - this.#clock.now();
    if (waitMs > 0) {
      if (this.#current !== undefined && this.#lastFailure === undefined) return this.#current.set;
      throw this.#lastFailure ?? new KeysUnavailableError('The keys were asked for a moment ago.', { retryAfterMs: waitMs });
    }
    this.#lastAttemptAt = this.#clock.now();
    this.#pending = this.#download();
    try {
      const set = await this.#pending;
      this.#current = { set, fetchedAt: this.#clock.now() };
      this.#lastFailure = undefined;
      return set;
    } catch (cause) {
      this.#address = undefined;
      const message = `The keys of the issuer cannot be had: ${messageOf(cause)}`;
      this.#lastFailure = new KeysUnavailableError(message, { cause, retryAfterMs: RETRY_MS });
      throw this.#lastFailure;
    } finally {
      this.#pending = undefined;
    }
  }

  async #download(): Promise<KeySet> {
    this.#address ??= await this.#discover();
    const { keys } = keySet.parse(await getJson(this.#address));
    return createLocalJWKSet({ keys });
  }

  async #discover(): Promise<URL> {
    const own = new URL(`${this.#issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    const { issuer, jwks_uri } = discovery.parse(await getJson(own));
    if (issuer !== this.#issuer) throw new TypeError('its discovery document names another issuer; correct OIDC_ISSUER.');
    const address = new URL(jwks_uri);
    if (own.protocol === 'https:' && address.protocol !== 'https:') throw new TypeError('its keys are not served by https.');
    return address;
  }
}

async function getJson(url: URL): Promise<unknown> {
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
  const text = await readText(response, MAX_ANSWER_BYTES, url.href);
  if (!response.ok) throw new TypeError(`${url.href} answered ${response.status}.`);
  return JSON.parse(text);
}
