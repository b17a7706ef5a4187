import type { Invocation, RegisteredFunction } from './extension.ts';
import { timerData } from './timer-data.ts';

/** What a function gets when it is run by hand with a text; undefined when there is none or the trigger cannot be run so. */
export function testInvocation(fn: RegisteredFunction, input: string | undefined): Invocation | undefined {
  if (input === undefined) return undefined;
  switch (fn.trigger.binding.type.toLowerCase()) {
    case 'orchestrationtrigger':
    case 'entitytrigger':
      return undefined;
    case 'timertrigger':
      return { trigger: timerData(undefined, false) };
    case 'blobtrigger':
      return { trigger: { bytes: Buffer.from(input) } };
    case 'httptrigger':
      return {
        trigger: {
          http: {
            method: 'POST',
            url: `http://localhost/admin/functions/${fn.name}`,
            nullableHeaders: {},
            nullableQuery: {},
            nullableParams: {},
            ...(input === '' ? {} : { body: { bytes: Buffer.from(input) } }),
          },
        },
      };
    default:
      return { trigger: { string: input } };
  }
}
