import { z } from 'zod';
import { apiSchemas, time } from './registry.ts';

export const artifactLink = z
  .strictObject({
    url: z.url().describe('Opens the file for whoever has it, with no token and no key. Keep it secret.'),
    expiresAt: time.describe('Until when a download may begin; one that has begun goes on.'),
  })
  .describe('An address that opens one file for a short time.')
  .register(apiSchemas, { id: 'ArtifactLink' });
