import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '../errors.ts';
import { CliError } from './errors.ts';
import { printable, type Terminal } from './terminal.ts';

/** @throws CliError `file_not_found`, `file_unreadable` */
export function readTextFile(path: string): string {
  return readBytes(path).toString('utf8');
}

/** @throws CliError `file_not_found`, `file_unreadable` */
export function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw fileError(path, error);
  }
}

/** Writes a file, and the folders above it. @throws CliError `file_not_found`, `file_unreadable` */
export function writeTextFile(path: string, content: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  } catch (error) {
    throw fileError(path, error, 'written');
  }
}

/** Prints a text, or writes it to a file if one is named. @throws CliError `file_not_found`, `file_unreadable` */
export function printOrWrite(text: string, outputFile: string | undefined, { stdout }: Pick<Terminal, 'stdout'>): void {
  if (outputFile === undefined) {
    stdout.write(text);
    return;
  }
  writeTextFile(outputFile, text);
  stdout.write(`Written to ${printable(outputFile)}.\n`);
}

/** All of standard input. */
export async function readStdin({ stdin }: Pick<Terminal, 'stdin'>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stdin) chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  return Buffer.concat(chunks);
}

/** Says about a file or folder that could not be read, or written, why, and what to do. */
export function fileError(path: string, error: unknown, doing: 'read' | 'written' = 'read'): CliError {
  const reason = error instanceof Error && 'code' in error ? error.code : undefined;
  if (reason === 'ENOENT' || reason === 'ENOTDIR') {
    return new CliError('file_not_found', `There is no ${printable(path)}: check the path.`, { cause: error });
  }
  if (reason === 'EISDIR') {
    return new CliError('file_unreadable', `${printable(path)} is a folder: name a file in it.`, { cause: error });
  }
  if (reason === 'EACCES' || reason === 'EPERM') {
    return new CliError('file_unreadable', `${printable(path)} may not be ${doing} by this user: change its permissions.`, {
      cause: error,
    });
  }
  return new CliError('file_unreadable', `${printable(path)} cannot be ${doing}: ${messageOf(error)}.`, { cause: error });
}
