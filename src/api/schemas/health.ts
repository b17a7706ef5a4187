import { z } from 'zod';
import { apiSchemas } from './registry.ts';

const position = z.strictObject({
  line: z.int().min(1),
  column: z.int().min(1),
  file: z.string().exactOptional().describe('The file, if it is one that is included.'),
});

const diagnostic = z
  .strictObject({
    code: z.string().describe('Stable. `docs/diagnostics.md` explains each.'),
    severity: z.enum(['error', 'warning', 'info']),
    file: z.string(),
    position,
    message: z.string(),
    remedy: z.string().exactOptional(),
  })
  .describe('Something wrong, or doubtful, in a document.')
  .register(apiSchemas, { id: 'Diagnostic' });

const settingProblem = z
  .strictObject({
    severity: z.enum(['error', 'warning']).describe('What is doubtful only is accepted.'),
    setting: z.string(),
    code: z.string().describe('Stable. `docs/diagnostics.md` explains each.'),
    message: z.string(),
    remedy: z.string(),
  })
  .describe('A setting that is missing, wrong or doubtful. Its value is never told.')
  .register(apiSchemas, { id: 'SettingProblem' });

export const health = z
  .strictObject({
    status: z
      .enum(['ok', 'degraded', 'idle'])
      .describe('`degraded`: a document is refused, the others work. `idle`: settings are wrong, and nothing is accepted.'),
    pipelines: z.array(z.strictObject({ name: z.string(), file: z.string(), planHash: z.string() })),
    triggers: z.array(z.strictObject({ name: z.string(), type: z.string(), pipeline: z.string() })),
    settings: z.array(settingProblem),
    diagnostics: z.array(diagnostic),
  })
  .describe('That the app is alive, and what it has loaded.')
  .register(apiSchemas, { id: 'Health' });
