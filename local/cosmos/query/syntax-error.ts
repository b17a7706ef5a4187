import { CosmosError } from '../errors.ts';

/** The query cannot be run: 400, with the place in its text. */
export function syntaxError(problem: string, text: string, position: number): CosmosError {
  const before = text.slice(0, position).split('\n');
  const column = (before.at(-1)?.length ?? 0) + 1;
  const near = text.slice(position, position + 20).split('\n')[0] ?? '';
  const where = near === '' ? 'at the end' : `near '${near}'`;
  return new CosmosError(
    400,
    `Syntax error at line ${before.length}, column ${column} (position ${position}), ${where}: ${problem}`,
  );
}
