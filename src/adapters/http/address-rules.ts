import { lookup } from 'node:dns/promises';
import { reachOf } from '../../ports/http-address.ts';
import { UrlNotAllowedError } from '../../ports/http-errors.ts';

/** The addresses of a name; none if it has none. */
export type AddressLookup = (name: string) => Promise<readonly string[]>;

export interface AddressRules {
  /** Of the port's base, which may be private: whoever runs the pipeline, or wrote it, chose it. */
  readonly ownHost: string | undefined;
  readonly allowPrivate: boolean;
  readonly lookup: AddressLookup;
}

/** A name that cannot be looked up is left to the request, which tells why. */
export const lookUpAddresses: AddressLookup = async (name) => {
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
};

/**
 * Refuses a host that must not be called, by itself or by what its name resolves to.
 *
 * The request looks the name up once more, and may be told another address then: this narrows the gap for a name that changes between the
 * two, and does not close it. A network that must not be reached needs rules of its own.
 * @param host as `URL.hostname` gives it
 * @throws UrlNotAllowedError, or the signal's reason
 */
export async function checkAddress(host: string, rules: AddressRules, signal: AbortSignal): Promise<void> {
  refuse(host, host, rules);
  for (const address of await untilAborted(rules.lookup(host.replace(/^\[|\]$/g, '')), signal)) refuse(host, address, rules);
}

function refuse(host: string, address: string, { ownHost, allowPrivate }: AddressRules): void {
  const reach = reachOf(address);
  const place = host === address ? `'${host}'` : `'${host}' (${address})`;
  if (reach === 'platform') {
    throw new UrlNotAllowedError(
      `${place} is an address of the platform that this runs on, which is never called. Call another.`,
    );
  }
  if (reach === 'private' && !allowPrivate && host !== ownHost) {
    const remedy = "Call through a port whose 'base_url' has this host, or whose config says 'allow_private: true'.";
    throw new UrlNotAllowedError(
      `${place} is an address of this machine or its network, which values must not lead to. ${remedy}`,
    );
  }
}

/** The promise, for as long as the signal allows. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = Promise.withResolvers<never>();
  const stop = () => aborted.reject(signal.reason);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
