import { z } from 'zod';
import { ACTIVITY_DEADLINE_MS } from '../limits.ts';
import { parseDuration } from './duration.ts';
import { MAX_ATTEMPTS, MAX_RETRY_DELAY_MS, MAX_RUN_MS } from './limits.ts';

const NODE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$/;

/** A custom issue that carries its own code and remedy. */
export interface IssueDetails {
  readonly code: string;
  readonly remedy: string;
}

export function named(pattern: RegExp) {
  const details: IssueDetails = { code: 'name_invalid', remedy: `Use letters, digits, '_' and '-': ${pattern.source}.` };
  const name = z.string().refine((text) => pattern.test(text), { error: 'is not a valid name', params: details });
  return name.meta({ pattern: pattern.source });
}

/** A duration in milliseconds, given as seconds or as text such as `30s`. */
export function duration(range: { readonly min: number; readonly max: number }) {
  return z.union([z.number(), z.string()]).transform((value, context) => {
    const milliseconds = parseDuration(value);
    if (milliseconds !== undefined && milliseconds >= range.min && milliseconds <= range.max) return milliseconds;
    const invalid: IssueDetails = {
      code: 'duration_invalid',
      remedy: 'Write seconds as a number, or a text such as 30s or 1h30m.',
    };
    const outside: IssueDetails = { code: 'duration_range', remedy: `Write ${range.min / 1000} s to ${range.max / 1000} s.` };
    const params = milliseconds === undefined ? invalid : outside;
    const message = milliseconds === undefined ? 'is not a duration' : 'is out of range';
    context.addIssue({ code: 'custom', message, params: { ...params }, input: value });
    return z.NEVER;
  });
}

const names = z.union([z.string().transform((name) => [name]), z.array(z.string())]);
export const nodeTimeout = duration({ min: 1, max: ACTIVITY_DEADLINE_MS });
const retryDelay = duration({ min: 0, max: MAX_RETRY_DELAY_MS });

export const nodeSchema = z.object({
  kind: z.string(),
  metadata: z.looseObject({ name: named(NODE_NAME), description: z.string().optional() }),
  spec: z.record(z.string(), z.json()).optional(),
  settings: z.record(z.string(), z.json()).optional(),
  dependencies: names.optional(),
  wait_for: names.optional(),
});

/** The keys that every kind of node has in its `spec`. Times are milliseconds once parsed. */
export const commonSpecSchema = z.object({
  when: z.string().optional(),
  timeout: nodeTimeout.optional(),
  max_retries: z.int().min(0).max(MAX_ATTEMPTS).optional(),
  retry_delay: retryDelay.optional(),
  retry_backoff: z.number().min(0).max(100).optional(),
  retry_max_delay: retryDelay.optional(),
  critical: z.boolean().optional(),
  required_inputs: z.array(z.string()).optional(),
  on_error: z.string().optional(),
  only_on_error: z.boolean().optional(),
  input_mapping: z.record(z.string(), z.json()).optional(),
  strict_mapping: z.boolean().optional(),
  dependencies: names.optional(),
  ports: z.record(z.string(), z.json()).optional(),
});

export type CommonSpec = z.infer<typeof commonSpecSchema>;

/** The same for a node that the run engine carries out: it may last as long as a run. */
export const longCommonSpecSchema = commonSpecSchema.extend({ timeout: duration({ min: 1, max: MAX_RUN_MS }).optional() });
