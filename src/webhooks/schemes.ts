import { SchemeSettingsError } from './errors.ts';
import { github } from './github.ts';
import { type HmacSettings, hmacScheme } from './hmac.ts';
import type { SignatureScheme } from './scheme.ts';
import { slack } from './slack.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { stripe } from './stripe.ts';

const NAMED_SCHEMES = [standardWebhooks, github, stripe, slack];

/** The names of all schemes; `hmac` is the one that takes settings. */
export const SCHEME_NAMES: readonly string[] = [...NAMED_SCHEMES.map(({ name }) => name), 'hmac'];

/** What schemes are called elsewhere. */
const ALIASES: Readonly<Record<string, string>> = { standard: 'standard_webhooks', generic: 'hmac', generic_hmac: 'hmac' };

/**
 * The scheme of a name, with hyphens or underscores; undefined if there is none.
 * @param settings read by the scheme `hmac` alone
 * @throws SchemeSettingsError
 */
export function findScheme(name: string, settings?: HmacSettings): SignatureScheme | undefined {
  const plain = name.toLowerCase().replaceAll('-', '_');
  const known = Object.hasOwn(ALIASES, plain) ? ALIASES[plain] : plain;
  if (known !== 'hmac') return NAMED_SCHEMES.find((scheme) => scheme.name === known);
  if (settings === undefined) throw new SchemeSettingsError('The scheme hmac needs the name of the header with the signature.');
  return hmacScheme(settings);
}
