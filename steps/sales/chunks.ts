import { PermanentError } from '../../src/nodes/errors.ts';
import { type Format, RowScanner } from './row-scanner.ts';

/** A part of a file that begins and ends between two rows, in bytes. */
export interface Chunk {
  readonly index: number;
  readonly start: number;
  readonly end: number;
  /** The line it begins with, counted from 1. */
  readonly firstLine: number;
}

const LINE_FEED = 0x0a;
/** A row without an end is most likely an open quote: whoever waits for it would hold the whole file. */
const MAX_ROW_BYTES = 1024 * 1024;

/** Finds where rows end while a file streams by, and cuts it into chunks of about `chunkBytes`. */
export class ChunkCutter {
  readonly #scanner: RowScanner;
  readonly #chunkBytes: number;
  #offset = 0;
  #line = 1;
  #rowStart = 0;
  #rowLine = 1;
  #start = 0;
  #firstLine = 1;
  #chunks: Chunk[] = [];

  constructor(format: Format, chunkBytes: number) {
    this.#scanner = new RowScanner(format);
    this.#chunkBytes = chunkBytes;
  }

  /** Begins the first chunk behind what was read so far, which is the header. */
  skip(): void {
    this.#chunks = [];
    this.#start = this.#rowStart;
    this.#firstLine = this.#line;
  }

  add(piece: Uint8Array): void {
    for (const byte of piece) {
      this.#offset += 1;
      if (byte === LINE_FEED) this.#line += 1;
      if (this.#scanner.endsRow(byte)) this.#endRow();
    }
    if (this.#offset - this.#rowStart <= MAX_ROW_BYTES) return;
    const message = `Line ${this.#rowLine} begins a row that does not end within ${MAX_ROW_BYTES} bytes; a quote may be open there.`;
    throw new PermanentError('line_invalid', message);
  }

  /** All chunks, the last one ending with the file. */
  end(): readonly Chunk[] {
    if (this.#offset > this.#start) this.#cut(this.#offset);
    return this.#chunks;
  }

  #endRow(): void {
    this.#rowStart = this.#offset;
    this.#rowLine = this.#line;
    if (this.#offset - this.#start >= this.#chunkBytes) this.#cut(this.#offset);
  }

  #cut(end: number): void {
    this.#chunks.push({ index: this.#chunks.length, start: this.#start, end, firstLine: this.#firstLine });
    this.#start = end;
    this.#firstLine = this.#line;
  }
}
