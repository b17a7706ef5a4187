import { ACCESS_CODES } from './access.ts';
import { BLOB_CODES } from './blobs.ts';
import { CLIENT_CODES } from './client.ts';
import type { CodeEntry, CodeGroup } from './code-entry.ts';
import { COMPOSITION_CODES } from './composition.ts';
import { DOCUMENT_CODES } from './documents.ts';
import { EVENT_CODES } from './events.ts';
import { EXPRESSION_CODES } from './expressions.ts';
import { LINT_CODES } from './lint.ts';
import { NODE_CODES } from './nodes.ts';
import { OPERATION_CODES } from './operation.ts';
import { RUN_CODES } from './runs.ts';
import { SCHEDULE_CODES } from './schedules.ts';
import { TRIGGER_CODES } from './triggers.ts';
import { WEBHOOK_CODES } from './webhooks.ts';

/** Every code this project tells, by where it is met. A code that is met in several places is told with the first. */
export const CODE_GROUPS: readonly CodeGroup[] = [
  DOCUMENT_CODES,
  COMPOSITION_CODES,
  EXPRESSION_CODES,
  NODE_CODES,
  TRIGGER_CODES,
  SCHEDULE_CODES,
  LINT_CODES,
  EVENT_CODES,
  BLOB_CODES,
  WEBHOOK_CODES,
  ACCESS_CODES,
  RUN_CODES,
  OPERATION_CODES,
  CLIENT_CODES,
];

/** Every code with what it means. */
export const CODES: ReadonlyMap<string, CodeEntry> = new Map(CODE_GROUPS.flatMap(({ codes }) => Object.entries(codes)));
