import { createHmac, timingSafeEqual } from 'node:crypto';
import { CosmosError } from './errors.ts';

/**
 * The account's key. It opens nothing but a server on this machine's loopback address, so it is fixed: connection strings in
 * settings files stay valid from one start to the next.
 */
export const ACCOUNT_KEY = Buffer.from('hexdag local cosmos endpoint, loopback only, not a secret'.padEnd(64, '.')).toString(
  'base64',
);

const KEY_BYTES = Buffer.from(ACCOUNT_KEY, 'base64');
const PREFIX = 'type=master&ver=1.0&sig=';

/** What the client signed: the verb, the kind of resource, the link of the resource (of the parent, for a feed) and the date. */
interface SignedRequest {
  method: string;
  resourceType: string;
  resourceLink: string;
  date: string | undefined;
  authorization: string | undefined;
}

/** @throws CosmosError (401) unless the request is signed with the account's key */
export function authorize(request: SignedRequest): void {
  const { method, resourceType, resourceLink, date, authorization } = request;
  if (authorization === undefined || date === undefined) {
    throw unauthorized("The headers 'authorization' and 'x-ms-date' are required.");
  }
  const token = decode(authorization);
  if (!token.startsWith(PREFIX))
    throw unauthorized('Only tokens signed with the account key are accepted (type=master&ver=1.0).');
  const text = `${method.toLowerCase()}\n${resourceType}\n${resourceLink}\n${date.toLowerCase()}\n\n`;
  const expected = createHmac('sha256', KEY_BYTES).update(text).digest();
  const given = Buffer.from(token.slice(PREFIX.length), 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw unauthorized('The signature does not fit the request: check the account key, the date and the resource link.');
  }
}

function decode(authorization: string): string {
  try {
    return decodeURIComponent(authorization);
  } catch {
    throw unauthorized("The header 'authorization' is not URL-encoded.");
  }
}

function unauthorized(message: string): CosmosError {
  return new CosmosError(401, message);
}
