import type { NodeRecord } from '../../ports/run-store.ts';
import { printable, type Terminal } from '../terminal.ts';

/** A run that is done before this needs no progress. */
const QUIET_MS = 1_000;
/** How often a line is written where lines cannot be rewritten. */
const LINE_EVERY_MS = 10_000;

/** Tells on standard error how far a long run is. */
export class RunProgress {
  readonly #stderr: Terminal['stderr'];
  readonly #startedAt = Date.now();
  #toldAt = this.#startedAt;
  #count = 0;

  constructor({ stderr }: Terminal) {
    this.#stderr = stderr;
  }

  /** A node has ended. */
  tell({ node }: NodeRecord): void {
    this.#count += 1;
    const now = Date.now();
    const rewrites = this.#stderr.isTTY === true;
    if (now - this.#startedAt < QUIET_MS || (!rewrites && now - this.#toldAt < LINE_EVERY_MS)) return;
    this.#toldAt = now;
    const text = `${this.#count} nodes done after ${Math.round((now - this.#startedAt) / 1000)} s, the last: ${printable(node)}`;
    this.#stderr.write(rewrites ? `\r\x1b[K${text}` : `${text}\n`);
  }

  /** Nothing more is told. */
  end(): void {
    if (this.#stderr.isTTY === true && this.#toldAt > this.#startedAt) this.#stderr.write('\r\x1b[K');
  }
}
