import type { Diagnostic } from '../pipeline/diagnostic.ts';
import { formatDiagnostic } from '../pipeline/format-diagnostic.ts';
import { hasColours, type Terminal } from './terminal.ts';

/** Something wrong, or doubtful, with an argument. */
export interface ArgumentProblem extends Omit<Diagnostic, 'file' | 'position'> {
  /** Character of the argument, from 0. */
  readonly offset: number;
}

/** Tells a problem on standard error, with the line of the argument it is about and a caret below its place. */
export function tellArgumentProblem(
  { offset, ...problem }: ArgumentProblem,
  argument: { readonly name: string; readonly text: string },
  terminal: Terminal,
): void {
  const before = argument.text.slice(0, offset).split('\n');
  const position = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  const colour = hasColours({ ...terminal, stdout: terminal.stderr });
  const text = formatDiagnostic({ ...problem, file: argument.name, position }, argument.text, { colour });
  terminal.stderr.write(`${text}\n`);
}
