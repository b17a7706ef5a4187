import { z } from 'zod';
import { artifact } from './artifact.ts';
import { apiSchemas } from './registry.ts';

export const artifactList = z
  .strictObject({ artifacts: z.array(artifact).describe('By name.') })
  .describe('What a run has left behind.')
  .register(apiSchemas, { id: 'ArtifactList' });
