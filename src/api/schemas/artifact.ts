import { z } from 'zod';
import { apiSchemas } from './registry.ts';

/** A file that a run left behind. */
export const artifact = z
  .strictObject({
    name: z.string().describe('Its path, the id of the run first.'),
    sha256: z.string().describe('SHA-256 of its content, in hexadecimal digits.'),
    bytes: z.int().min(0).describe('Its size.'),
    contentType: z.string().describe('Its media type.'),
  })
  .describe('A file that a run left behind.')
  .register(apiSchemas, { id: 'Artifact' });
