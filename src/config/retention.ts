import type { Settings } from './settings.ts';
import { readWholeNumber } from './whole-number.ts';

export interface RetentionSettings {
  /** A run is forgotten so many days after its end; until then, its event starts no second one. */
  readonly retentionDays: number;
}

const DAYS_AT_MOST = 3650;
const RETENTION_DAYS = 30;
/** Azure's time to live unless a queue has another one, and a day for its duplicate detection. */
const MESSAGE_LIFETIME_DAYS = 15;

/** Reads `RETENTION_DAYS` and, to check it, `MESSAGE_LIFETIME_DAYS`. Undefined: they are wrong, and the settings hold the reason. */
export function readRetention(settings: Settings): RetentionSettings | undefined {
  const days = { least: 1, most: DAYS_AT_MOST, unit: 'days' };
  const retentionDays = readWholeNumber(settings, 'RETENTION_DAYS', { ...days, byDefault: RETENTION_DAYS });
  const lifetimeDays = readWholeNumber(settings, 'MESSAGE_LIFETIME_DAYS', { ...days, byDefault: MESSAGE_LIFETIME_DAYS });
  if (retentionDays === undefined || lifetimeDays === undefined) return undefined;
  if (retentionDays >= lifetimeDays) return { retentionDays };
  settings.report({
    setting: settings.has('RETENTION_DAYS') ? 'RETENTION_DAYS' : 'MESSAGE_LIFETIME_DAYS',
    code: 'config_conflict',
    message: 'lets a run be forgotten while its message may still come again, and so start a second one',
    remedy:
      'Make RETENTION_DAYS at least MESSAGE_LIFETIME_DAYS: the longest time to live of the queues plus their duplicate window (15 if not set).',
  });
  return undefined;
}
