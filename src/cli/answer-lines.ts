import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import type { Terminal } from './terminal.ts';

/** Answers each line of standard input that is not empty with a line, in order. */
export async function answerLines(
  { stdin, stdout }: Pick<Terminal, 'stdin' | 'stdout'>,
  answer: (line: string) => string,
): Promise<void> {
  const lines = createInterface({ input: Readable.from(stdin), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) {
    if (line.trim() !== '') stdout.write(`${answer(line)}\n`);
  }
}
