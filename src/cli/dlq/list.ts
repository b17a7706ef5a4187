import type { CommandContext } from '../command-context.ts';
import type { DlqOptions } from '../commands/dlq.ts';
import { jsonText } from '../terminal.ts';
import { deadLetterTable } from './dead-letter-text.ts';
import { type DeadLetter, describe, peekAll, reasonOf } from './dead-letters.ts';
import type { Entity } from './entity.ts';
import type { DeadLetters } from './open-dead-letters.ts';

/** Tells the oldest dead letters. */
export async function listDeadLetters(
  deadLetters: DeadLetters,
  { name }: Entity,
  { limit, reason, output }: DlqOptions & { readonly limit: number; readonly reason?: string },
  { terminal }: CommandContext,
): Promise<void> {
  const found: DeadLetter[] = [];
  for await (const message of peekAll(deadLetters.receiver())) {
    if (reason !== undefined && reasonOf(message) !== reason) continue;
    found.push(describe(message));
    if (found.length > limit) break;
  }
  const page = { name, deadLetters: found.slice(0, limit), more: found.length > limit };
  terminal.stdout.write(output === 'json' ? `${jsonText(page)}\n` : deadLetterTable(page));
}
