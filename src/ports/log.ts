import type { JsonValue } from '../json.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** Writes one structured line: what happened, and the ids needed to find it again. Never a secret, never a whole payload. */
export type Log = (level: LogLevel, message: string, properties?: Readonly<Record<string, JsonValue>>) => void;
