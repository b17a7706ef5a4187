import { z } from 'zod';
import type { JsonObject } from '../json.ts';
import type { ConfigProblem } from '../pipeline/catalog.ts';
import { textsIn, valueAt } from '../pipeline/value-at.ts';
import { PermanentError } from './errors.ts';

/** What a schema finds wrong with a configuration that a pipeline writes, in words that do not repeat what is written. */
export function configProblems(schema: z.ZodType, config: JsonObject): readonly ConfigProblem[] {
  const parsed = schema.safeParse(config);
  return parsed.success ? [] : parsed.error.issues.flatMap((issue) => problemsOf(issue, config, schema));
}

/**
 * The configuration as its schema makes it.
 * @param owner for the message: "the service 'crm'"
 * @throws PermanentError with the code; it tells where the configuration does not fit, and never what stands there, which may be a secret
 */
export function readConfig<Config extends z.ZodType>(
  schema: Config,
  given: unknown,
  { owner, code }: { readonly owner: string; readonly code: string },
): z.infer<Config> {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'config'} (${issue.code})`).join(', ');
  const message = `The configuration of ${owner} is not valid at: ${faults}.`;
  throw new PermanentError(code, `${message} Correct it, or the secrets it refers to.`);
}

function problemsOf(issue: z.core.$ZodIssue, config: JsonObject, schema: z.ZodType): readonly ConfigProblem[] {
  const path = issue.path.filter((segment) => typeof segment !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = path.length === 0 && schema instanceof z.ZodObject ? `; known are ${Object.keys(schema.shape).join(', ')}` : '';
    return issue.keys.map((key) => ({ path: [...path, key], atKey: true, message: `nothing reads this key${known}` }));
  }
  const written = valueAt(config, path);
  if (written === undefined && issue.code !== 'custom') return [{ path, message: 'it is missing' }];
  // A schema may have messages of its own, and those may show what they are about.
  const repeats = textsIn(written ?? config).some((text) => text !== '' && issue.message.includes(text));
  return [{ path, message: repeats ? 'it is not valid' : withoutFullStop(issue.message) }];
}

function withoutFullStop(message: string): string {
  return message.endsWith('.') ? message.slice(0, -1) : message;
}
