import { z } from 'zod';
import { apiSchemas } from './registry.ts';

const fault = z.strictObject({
  path: z.string().describe('Where, such as `$.items[0].sku`.'),
  rule: z.string().exactOptional().describe('The rule that it breaks.'),
  message: z.string().describe('What is wrong there.'),
});

/** An RFC 9457 problem document. */
export const problemDocument = z
  .strictObject({
    type: z.literal('about:blank'),
    title: z.string().describe("The status' name."),
    status: z.int().min(400).max(599).describe('The status of the answer.'),
    code: z.string().describe('Stable: what programs branch on. `docs/diagnostics.md` explains each.'),
    detail: z.string().describe('What is wrong and what to do, for people.'),
    path: z.string().exactOptional().describe('Where in the body, such as `$.orderId`.'),
    offset: z.int().min(0).exactOptional().describe('The byte of the body.'),
    faults: z.array(fault).exactOptional().describe('All that is wrong, where it can be more than one thing.'),
    runId: z
      .string()
      .exactOptional()
      .describe(
        'Another run that it is about: the one that the key belongs to, that has to end first, or that is to be retried instead.',
      ),
  })
  .describe('Why a request is refused (RFC 9457).')
  .register(apiSchemas, { id: 'Problem' });
