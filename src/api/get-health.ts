import type { ConfigProblem } from '../config.ts';
import type { Diagnostic } from '../pipeline/diagnostic.ts';
import type { StartablePipeline, Trigger } from '../triggers/trigger.ts';
import { type ApiResponse, jsonResponse } from './api-message.ts';

/** What was loaded at start-up, and what was not. */
export interface LoadedDocuments {
  readonly pipelines: readonly Pick<StartablePipeline, 'name' | 'file' | 'planHash'>[];
  readonly triggers: readonly Pick<Trigger, 'name' | 'source' | 'pipeline'>[];
  /** Of every document, warnings included. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * `GET /health`: alive, and which documents are. A document that was refused makes the app `degraded`, never unhealthy:
 * the others are at work, and starting the process again would not mend it. With `settings` wrong it is `idle`: nothing is accepted.
 */
export function getHealth(
  { pipelines, triggers, diagnostics }: LoadedDocuments,
  settings: readonly ConfigProblem[] = [],
  warnings: readonly ConfigProblem[] = [],
): ApiResponse {
  const refused = diagnostics.some(({ severity }) => severity === 'error');
  return jsonResponse(
    200,
    {
      status: settings.length > 0 ? 'idle' : refused ? 'degraded' : 'ok',
      pipelines: pipelines.map(({ name, file, planHash }) => ({ name, file, planHash })),
      triggers: triggers.map(({ name, source, pipeline }) => ({ name, type: source.type, pipeline: pipeline.name })),
      settings: [
        ...settings.map((problem) => ({ severity: 'error', ...problem })),
        ...warnings.map((problem) => ({ severity: 'warning', ...problem })),
      ],
      diagnostics: diagnostics.map((diagnostic) => ({ ...diagnostic, position: { ...diagnostic.position } })),
    },
    { 'cache-control': 'no-store' },
  );
}
