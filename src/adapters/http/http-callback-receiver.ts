import type { CallbackSettings } from '../../config.ts';
import { CallbackGoneError, type CallbackReceiver } from '../../ports/callback-receiver.ts';
import type { Clock } from '../../ports/clock.ts';
import type { RunEvent } from '../../ports/event-publisher.ts';
import { signWebhook } from '../../webhooks/sign.ts';
import { standardWebhooks } from '../../webhooks/standard-webhooks.ts';
import { CLOUD_EVENT_TYPE, cloudEventBody } from '../cloud-event.ts';
import { type AddressLookup, type AddressRules, checkAddress, lookUpAddresses } from './address-rules.ts';
import { statusError, translateFetchError } from './http-failures.ts';

/** Long for a receiver that only has to store what it is given. */
const TIMEOUT_MS = 10_000;
const GONE = 410;

interface Options {
  readonly timeoutMs?: number;
  readonly lookup?: AddressLookup;
}

/**
 * Calls an address with each event as a CloudEvent, signed as Standard Webhooks has it; the event's id is the delivery's. Follows no
 * redirect and never reads the answer beyond its status.
 */
export class HttpCallbackReceiver implements CallbackReceiver {
  readonly #url: URL;
  readonly #secrets: readonly string[];
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #addressRules: AddressRules;

  constructor({ url, secrets }: Pick<CallbackSettings, 'url' | 'secrets'>, clock: Clock, options: Options = {}) {
    const { timeoutMs = TIMEOUT_MS, lookup = lookUpAddresses } = options;
    this.#url = new URL(url);
    this.#secrets = secrets;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    // Whoever runs the app chose the host, so it may be one of the app's own network.
    this.#addressRules = { ownHost: this.#url.hostname, allowPrivate: false, lookup };
  }

  async call(event: RunEvent): Promise<void> {
    const response = await this.#post(event);
    // An answer that is not read keeps its connection.
    await response.body?.cancel().catch(() => undefined);
    if (response.ok) return;
    const { status } = response;
    const what = `The receiver of callbacks at ${this.#url.origin} answered ${status}.`;
    if (status === GONE) throw new CallbackGoneError(`${what} It will not take event ${event.id}.`);
    throw statusError(response, what, this.#clock.now());
  }

  async #post(event: RunEvent): Promise<Response> {
    const body = cloudEventBody(event);
    const signature = signWebhook(standardWebhooks, { body, deliveryId: event.id }, this.#secrets, this.#clock.now());
    const trace: Record<string, string> = event.traceparent === undefined ? {} : { traceparent: event.traceparent };
    const headers = { 'content-type': CLOUD_EVENT_TYPE, 'user-agent': 'hexdag-functions', ...trace, ...signature };
    const signal = AbortSignal.timeout(this.#timeoutMs);
    try {
      await checkAddress(this.#url.hostname, this.#addressRules, signal);
      return await fetch(this.#url, { method: 'POST', headers, body, redirect: 'manual', signal });
    } catch (error) {
      throw translateFetchError(error, `The callback to ${this.#url.origin}`, this.#timeoutMs);
    }
  }
}
