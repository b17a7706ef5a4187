export type Format = 'csv' | 'jsonl';

const LINE_FEED = 0x0a;
const COMMA = 0x2c;
const QUOTE = 0x22;

/** Tells, byte by byte, where rows end. In CSV a line feed within a quoted field ends none; a quote within a field opens none. */
export class RowScanner {
  readonly #format: Format;
  #isQuoted = false;
  #isFieldStart = true;
  #hasJustClosed = false;

  constructor(format: Format) {
    this.#format = format;
  }

  /** True if a row ends with this byte. */
  endsRow(byte: number): boolean {
    if (this.#format === 'jsonl') return byte === LINE_FEED;
    const wasClosed = this.#hasJustClosed;
    this.#hasJustClosed = false;
    if (byte === QUOTE) {
      this.#hasJustClosed = this.#isQuoted;
      // Doubled, a quote stands for itself.
      this.#isQuoted = !this.#isQuoted && (this.#isFieldStart || wasClosed);
    }
    this.#isFieldStart = !this.#isQuoted && (byte === COMMA || byte === LINE_FEED);
    return byte === LINE_FEED && !this.#isQuoted;
  }
}
