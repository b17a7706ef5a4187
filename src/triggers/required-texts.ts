import type { JsonObject } from '../json.ts';
import { type Rejection, refuse } from './rejection.ts';

/** What is wrong with those members of an event that have to be there, as texts that are not empty; `what` calls such a member. */
export function requiredTextFault(event: JsonObject, names: readonly string[], what: string): Rejection | undefined {
  for (const name of names) {
    const value = event[name];
    const place = { path: `$.${name}` };
    if (value === undefined || value === null)
      return refuse('attribute_missing', `The ${what} ${name} is missing.`, place).rejection;
    if (typeof value !== 'string') return refuse('attribute_type', `The ${what} ${name} must be text.`, place).rejection;
    if (value === '') return refuse('attribute_empty', `The ${what} ${name} is empty.`, place).rejection;
  }
  return undefined;
}
