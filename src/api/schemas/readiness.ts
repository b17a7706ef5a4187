import { z } from 'zod';
import { apiSchemas, time } from './registry.ts';

const dependency = z
  .strictObject({
    name: z.string().describe('Such as `cosmos`.'),
    status: z.enum(['ok', 'failed']),
    required: z.boolean().describe('Whether the app can do nothing without it.'),
    latencyMs: z.int().min(0).describe('How long its answer took, in milliseconds.'),
    code: z.string().exactOptional().describe('Why it failed. The log tells more.'),
  })
  .register(apiSchemas, { id: 'Dependency' });

export const readiness = z
  .strictObject({
    status: z
      .enum(['ready', 'degraded', 'unready'])
      .describe('`degraded`: work is taken on, and some of it waits. `unready`: nothing can be taken on.'),
    checkedAt: time.describe('When the dependencies were asked; they are asked once in some seconds at most.'),
    dependencies: z.array(dependency),
  })
  .describe('Whether the app can do its work.')
  .register(apiSchemas, { id: 'Readiness' });
