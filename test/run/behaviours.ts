import type { JsonValue } from '../../src/json.ts';
import { PermanentError } from '../../src/nodes/errors.ts';
import type { Behaviour } from './plans.ts';

/** Fails so many times, then gives the attempt it succeeded at. */
export function failing(times: number): Behaviour {
  let left = times;
  return (_, { attempt }) => {
    if (left-- > 0) throw new Error('Away.');
    return attempt;
  };
}

export const refused: Behaviour = () => {
  throw new PermanentError('refused', 'No.');
};

/** Work that goes on until it is told its result. */
export function held() {
  const begun = Promise.withResolvers<void>();
  const result = Promise.withResolvers<JsonValue>();
  const work: Behaviour = () => {
    begun.resolve();
    return result.promise;
  };
  return { work, begun: begun.promise, end: result.resolve };
}

/** Gives its input back, and knows how many have been at it at the same time. */
export function counted() {
  let atWork = 0;
  let most = 0;
  const work: Behaviour = async (input) => {
    atWork += 1;
    most = Math.max(most, atWork);
    await new Promise((resolve) => setImmediate(resolve));
    atWork -= 1;
    return input;
  };
  return { work, most: () => most };
}
