import type { UserDelegationKey } from '@azure/storage-blob';
import type { Clock } from '../../ports/clock.ts';

/** Azure gives up to seven days. A short life limits for how long links are made with a key that was revoked meanwhile. */
const LIFETIME_MS = 60 * 60_000;
/** Half of it, so that an account that is away for a while is not missed. */
const RENEWAL_MS = 30 * 60_000;
/** How far the account's clock may be behind ours; Microsoft speaks of fifteen minutes. */
const SKEW_MS = 15 * 60_000;

/** What the account counts in. */
const SECOND_MS = 1_000;

/** Asks an account for a key that is good in that time. */
type KeyRequest = (start: Date, end: Date) => Promise<UserDelegationKey>;

type KeyAge = 'fresh' | 'due' | 'spent';

/** Whether a key does for a link that ends then, and whether it is time for the next one. */
export function ageOf(key: Pick<UserDelegationKey, 'signedExpiresOn'>, now: number, until: number): KeyAge {
  const end = key.signedExpiresOn.getTime();
  if (end < until || end <= now) return 'spent';
  return end - now > RENEWAL_MS ? 'fresh' : 'due';
}

/** The keys that an account lets an identity sign links with: one at a time, asked for when first needed and again well before it ends. */
export class DelegationKeys {
  readonly #request: KeyRequest;
  readonly #clock: Clock;
  #key: UserDelegationKey | undefined;
  #asked: Promise<UserDelegationKey> | undefined;

  constructor(request: KeyRequest, clock: Clock) {
    this.#request = request;
    this.#clock = clock;
  }

  /** A key that is good until then at least. Only the first one, and one that could not be renewed in time, is waited for. */
  async goodUntil(until: number): Promise<UserDelegationKey> {
    const key = this.#key;
    const age = key === undefined ? 'spent' : ageOf(key, this.#clock.now(), until);
    if (key === undefined || age === 'spent') return this.#wait(until);
    // What goes wrong is told to whoever has to wait for it.
    if (age === 'due') this.#ask(until).catch(() => undefined);
    return key;
  }

  async #wait(until: number): Promise<UserDelegationKey> {
    const key = await this.#ask(until);
    // Somebody may have asked for one that need not last as long.
    return key.signedExpiresOn.getTime() < until ? this.#ask(until) : key;
  }

  /** One request, however many ask meanwhile. */
  #ask(until: number): Promise<UserDelegationKey> {
    this.#asked ??= this.#renew(until).finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  async #renew(until: number): Promise<UserDelegationKey> {
    const now = this.#clock.now();
    const end = Math.max(now + LIFETIME_MS, until);
    this.#key = await this.#request(new Date(now - SKEW_MS), new Date(Math.ceil(end / SECOND_MS) * SECOND_MS));
    return this.#key;
  }
}
