import type { Clock } from '../clock.ts';
import type { LogLevel } from './extension.ts';

export interface LogEntry {
  /** Unix time in milliseconds. */
  readonly at: number;
  readonly level: LogLevel;
  /** `Function.NAME`, `Function.NAME.User`, `Host.…`, `Worker`, … */
  readonly category: string;
  readonly message: string;
  readonly invocationId?: string;
}

export type LogSink = (entry: LogEntry) => void;

const SEVERITY: Readonly<Record<LogLevel | 'none', number>> = {
  trace: 0,
  debug: 1,
  information: 2,
  warning: 3,
  error: 4,
  critical: 5,
  none: 6,
};

/** Decides by host.json's `logging.logLevel` (longest matching category prefix wins) what reaches the sink. */
export class HostLogger {
  readonly #clock: Clock;
  readonly #sink: LogSink;
  readonly #levels: readonly { readonly prefix: string; readonly severity: number }[];
  readonly #thresholds = new Map<string, number>();

  constructor(clock: Clock, sink: LogSink, levels: Readonly<Record<string, string>>) {
    this.#clock = clock;
    this.#sink = sink;
    this.#levels = Object.entries(levels)
      .flatMap(([key, level]) => {
        const name = level.toLowerCase();
        return isLevel(name) ? [{ prefix: key.toLowerCase() === 'default' ? '' : key, severity: SEVERITY[name] }] : [];
      })
      .sort((a, b) => b.prefix.length - a.prefix.length);
  }

  isEnabled(level: LogLevel, category: string): boolean {
    return SEVERITY[level] >= this.#threshold(category);
  }

  write(level: LogLevel, category: string, message: string, invocationId?: string): void {
    if (!this.isEnabled(level, category)) return;
    this.#sink({
      at: this.#clock.now(),
      level,
      category,
      message: maskSecrets(message),
      ...(invocationId === undefined ? {} : { invocationId }),
    });
  }

  #threshold(category: string): number {
    let threshold = this.#thresholds.get(category);
    if (threshold === undefined) {
      const matching = this.#levels.find(
        ({ prefix }) => prefix === '' || category === prefix || category.startsWith(`${prefix}.`),
      );
      threshold = matching?.severity ?? SEVERITY.information;
      this.#thresholds.set(category, threshold);
    }
    return threshold;
  }
}

/** A log line for people: time, level, category, message. */
export function formatLogEntry({ at, level, category, message }: LogEntry): string {
  return `${new Date(at).toISOString()} ${level.padEnd(11)} ${category}: ${message}`;
}

function isLevel(name: string): name is keyof typeof SEVERITY {
  return Object.hasOwn(SEVERITY, name);
}

const SECRET = /\b(AccountKey|SharedAccessKey|SharedAccessSignature|Password|sig|code)=([^;&\s"']+)/gi;

function maskSecrets(message: string): string {
  return message.includes('=') ? message.replace(SECRET, '$1=[hidden]') : message;
}
