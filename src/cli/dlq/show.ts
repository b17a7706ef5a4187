import type { CommandContext, OutputFormat } from '../command-context.ts';
import { CliError, EXIT } from '../errors.ts';
import { printAnswer } from '../print-answer.ts';
import { printable } from '../terminal.ts';
import { describeDeadLetter } from './dead-letter-text.ts';
import { bodyOf, describe, numberOf, peekAll } from './dead-letters.ts';
import type { Entity } from './entity.ts';
import type { DeadLetters } from './open-dead-letters.ts';

/** Tells all about one dead letter. @throws CliError `dead_letter_not_found` */
export async function showDeadLetter(
  deadLetters: DeadLetters,
  { name }: Entity,
  sequenceNumber: number,
  command: { readonly output: OutputFormat },
  { terminal }: CommandContext,
): Promise<void> {
  for await (const message of peekAll(deadLetters.receiver())) {
    if (numberOf(message) !== sequenceNumber) continue;
    const body = bodyOf(message);
    const text = 'body' in body ? String(body.body) : `${body.bodyBase64} (Base64)`;
    const deadLetter = describe(message);
    return printAnswer({ ...deadLetter, ...body }, describeDeadLetter(deadLetter, text), command, terminal);
  }
  const message = `${printable(name)} has no dead letter ${sequenceNumber}: somebody took it, or it was another number.`;
  throw new CliError('dead_letter_not_found', message, { exitCode: EXIT.failed });
}
