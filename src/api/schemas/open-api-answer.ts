import { z } from 'zod';
import { apiSchemas } from './registry.ts';

export const openApiAnswer = z
  .looseObject({ openapi: z.string().describe('The version of OpenAPI.') })
  .describe('An OpenAPI document.')
  .register(apiSchemas, { id: 'OpenApi' });
