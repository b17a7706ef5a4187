import type { JsonValue } from '../json.ts';
import type { Log, LogLevel } from '../ports/log.ts';

/** Where lines go: an invocation's context, or the console outside of invocations. */
export type LineSink = Readonly<Record<LogLevel, (line: string) => void>>;

const SEVERITY: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** Writes what is at least as grave as `minimum`: the sentence, then its properties as JSON, so that both people and queries can read it. */
export function lineLog(sink: LineSink, minimum: LogLevel): Log {
  return (level, message, properties) => {
    if (SEVERITY[level] >= SEVERITY[minimum]) sink[level](line(message, properties));
  };
}

function line(message: string, properties: Readonly<Record<string, JsonValue>> | undefined): string {
  return properties === undefined ? message : `${message} ${JSON.stringify(properties)}`;
}
