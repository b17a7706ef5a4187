import type { CommandContext, OutputFormat } from '../command-context.ts';
import { printAnswer } from '../print-answer.ts';
import { deadLetterTable } from './dead-letter-text.ts';
import { type DeadLetter, describe, peekAll, reasonOf } from './dead-letters.ts';
import type { Entity } from './entity.ts';
import type { DeadLetters } from './open-dead-letters.ts';

export interface ListCommand {
  readonly output: OutputFormat;
  readonly reason?: string;
  readonly limit: number;
}

/** Tells the oldest dead letters. */
export async function listDeadLetters(
  deadLetters: DeadLetters,
  { name }: Entity,
  command: ListCommand,
  { terminal }: CommandContext,
): Promise<void> {
  const { limit, reason } = command;
  const found: DeadLetter[] = [];
  for await (const message of peekAll(deadLetters.receiver())) {
    if (reason !== undefined && reasonOf(message) !== reason) continue;
    found.push(describe(message));
    if (found.length > limit) break;
  }
  const page = { name, deadLetters: found.slice(0, limit), more: found.length > limit };
  printAnswer(page, deadLetterTable(page), command, terminal);
}
