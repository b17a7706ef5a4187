import { shorten } from '../trigger-report.ts';
import type { ReportFault } from './schedule.ts';

/** The app's settings, by name. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** A stretch of the resolved text, and where the document has it. */
interface Piece {
  readonly start: number;
  readonly end: number;
  readonly writtenStart: number;
  readonly writtenEnd: number;
  readonly isSetting: boolean;
}

const REFERENCE = /%([^%]*)%?/g;

/** A schedule with its `%NAME%` replaced, which still knows what was written: the value of a setting stands in no message. */
export class ScheduleText {
  readonly resolved: string;
  readonly #written: string;
  readonly #pieces: readonly Piece[];

  private constructor(written: string, resolved: string, pieces: readonly Piece[]) {
    this.#written = written;
    this.resolved = resolved;
    this.#pieces = pieces;
  }

  /** Replaces `%NAME%` anywhere in the text, once, as the host does. Undefined if a reference has no end or names no setting. */
  static resolve(written: string, settings: Settings, report: ReportFault): ScheduleText | undefined {
    const pieces: Piece[] = [];
    let [resolved, writtenEnd, failed] = ['', 0, false];
    const add = (text: string, end: number, isSetting: boolean) => {
      const start = resolved.length;
      resolved += text;
      pieces.push({ start, end: resolved.length, writtenStart: writtenEnd, writtenEnd: end, isSetting });
      writtenEnd = end;
    };
    for (const { 0: reference, 1: name = '', index } of written.matchAll(REFERENCE)) {
      const value = readReference(reference, name, index, settings, report);
      if (value === undefined) failed = true;
      add(written.slice(writtenEnd, index), index, false);
      add(value ?? '', index + reference.length, true);
    }
    add(written.slice(writtenEnd), written.length, false);
    return failed ? undefined : new ScheduleText(written, resolved, pieces);
  }

  /** Whether no setting has a part in it, so that all of it may be shown. */
  get isLiteral(): boolean {
    return this.resolved === this.#written;
  }

  /** Where a character of the resolved text stands in the written one, or the reference that it came with. */
  offsetOf(at: number): number {
    const piece = this.#pieces.find(({ end }) => at < end) ?? this.#pieces.at(-1);
    if (piece === undefined) return 0;
    return piece.isSetting ? piece.writtenStart : piece.writtenStart + at - piece.start;
  }

  /** What was written for a part of the resolved text, for a message. */
  quote(start: number, end: number): string {
    const touched = this.#pieces.filter((piece) => piece.start < end && piece.end > start);
    const parts = touched.map((piece) =>
      piece.isSetting
        ? this.#written.slice(piece.writtenStart, piece.writtenEnd)
        : this.resolved.slice(Math.max(start, piece.start), Math.min(end, piece.end)),
    );
    return `'${shorten(parts.join(''))}'`;
  }
}

function readReference(
  reference: string,
  name: string,
  offset: number,
  settings: Settings,
  report: ReportFault,
): string | undefined {
  const value = Object.hasOwn(settings, name) ? settings[name] : undefined;
  if (name === '' || reference.length < name.length + 2) {
    const message = "A '%' begins the name of a setting, and this one has no name or no end.";
    report({ code: 'cron_syntax', offset, message, remedy: "Write '%NAME%', or remove the '%'." });
  } else if (value === undefined) {
    const message = `The setting '${shorten(name)}' is not defined.`;
    report({
      code: 'setting_undefined',
      offset,
      message,
      remedy: 'Define it with the schedule as its value, or write the schedule.',
    });
  }
  return value;
}
