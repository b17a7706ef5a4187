import type { OutputFormat } from './command-context.ts';
import { jsonText, type Terminal } from './terminal.ts';

/** Prints what a command gives: JSON for programs, or the text for people, whose lines are all ended. */
export function printAnswer(
  answer: unknown,
  text: string,
  { output }: { readonly output: OutputFormat },
  { stdout }: Pick<Terminal, 'stdout'>,
): void {
  stdout.write(output === 'json' ? `${jsonText(answer)}\n` : text);
}
