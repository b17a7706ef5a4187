/** What a command sees of the process it runs in. */
export interface Terminal {
  /** Results. `isTTY` tells whether a person reads them. */
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean | undefined };
  /** Progress and problems. `isTTY` tells whether a line may be rewritten. */
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean | undefined };
  readonly stdin: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean | undefined };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Calls back once when somebody asks to stop (Ctrl-C), instead of the process ending at once. */
  readonly onInterrupt?: (callback: () => void) => void;
}

/** Colours are for people at a terminal who have not asked for none. */
export function hasColours({ stdout, environment }: Terminal): boolean {
  return stdout.isTTY === true && !environment['NO_COLOR'];
}

/** Writes over the line of progress; an empty text takes it away. Nothing where lines cannot be rewritten. */
export function rewriteLine(text: string, { stderr }: Pick<Terminal, 'stderr'>): void {
  if (stderr.isTTY === true) stderr.write(`\r\x1b[K${text}`);
}

/** Aborts once somebody asks to stop. */
export function interruptionOf({ onInterrupt }: Pick<Terminal, 'onInterrupt'>): AbortSignal {
  const interruption = new AbortController();
  onInterrupt?.(() => interruption.abort());
  return interruption.signal;
}

/** Text from elsewhere (file names, messages) made harmless: control characters would steer the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** A value as JSON for a terminal or a program: of the control characters JSON leaves as they are, none stays. */
export function jsonText(value: unknown, indent?: number): string {
  return withoutControls(JSON.stringify(value, null, indent));
}

/** The same JSON, with the control characters that JSON allows written as escapes. */
export function withoutControls(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}

/** Names and what is true of them, a line each. */
export function formatFacts(facts: readonly (readonly [name: string, value: string])[]): string {
  return facts.map(([name, value]) => `${name.padEnd(10)}${printable(value)}\n`).join('');
}

/** How long something took. */
export function formatTook(ms: number): string {
  return ms < 10_000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** `1 file`, `2 activities` */
export function quantity(n: number, thing: string): string {
  if (n === 1) return `1 ${thing}`;
  return `${n} ${thing.endsWith('y') ? `${thing.slice(0, -1)}ies` : `${thing}s`}`;
}

/** Rows as aligned columns; numbers to the right. */
export function formatTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const text = [header, ...rows].map((row) => row.map((cell) => printable(String(cell))));
  const widths = header.map((_, column) => Math.max(...text.map((row) => row[column]?.length ?? 0)));
  const lines = text.map((row, line) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return line > 0 && typeof rows[line - 1]?.[column] === 'number' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}
