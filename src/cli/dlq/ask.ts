import type { Terminal } from '../terminal.ts';

/** Asks the person at the terminal; whatever is not a yes is a no. */
export async function askYesNo(question: string, { stdin, stderr }: Terminal): Promise<boolean> {
  stderr.write(`${question} [y/N] `);
  let answer = '';
  for await (const chunk of stdin) {
    answer += String(chunk);
    if (answer.includes('\n')) break;
  }
  return /^y(?:es)?$/i.test(answer.trim());
}
