import { z } from 'zod';
import { BrokerError, CONDITION } from './errors.ts';

/** Reads the body of a request to a management node. @throws BrokerError when it has another shape */
export function parseRequestBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new BrokerError(CONDITION.argumentError, `The request body is not valid: ${z.prettifyError(parsed.error)}`);
}
