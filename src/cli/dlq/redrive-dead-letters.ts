import type { CommandContext, OutputFormat } from '../command-context.ts';
import { CliError, EXIT } from '../errors.ts';
import { printAnswer } from '../print-answer.ts';
import { interruptionOf, printable, quantity, rewriteLine, type Terminal } from '../terminal.ts';
import { askYesNo } from './ask.ts';
import { selectionText } from './dead-letter-text.ts';
import { type DeadLetter, describe, peekAll } from './dead-letters.ts';
import type { Entity } from './entity.ts';
import type { DeadLetters } from './open-dead-letters.ts';
import { type Redriven, redrive } from './redrive.ts';

export interface RedriveCommand {
  readonly output: OutputFormat;
  readonly reason?: string;
  readonly max?: number;
  readonly rate: number;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Chooses, asks, sends, and tells how it ended. @throws CliError `confirmation_missing` */
export async function redriveDeadLetters(
  deadLetters: DeadLetters,
  { name }: Entity,
  command: RedriveCommand,
  { terminal, setExitCode }: CommandContext,
): Promise<void> {
  const { wanted, total } = await choose(deadLetters, command);
  const tell = (text: string, facts: object) =>
    printAnswer({ name, wanted: wanted.length, total, ...facts }, `${text}\n`, command, terminal);
  if (wanted.length === 0) return tell(`${printable(name)} has no such dead letters.`, { sent: 0 });
  const selection = selectionText(name, wanted, total);
  if (command.dryRun === true) return tell(`Would send again: ${selection}.`, { dryRun: true, sent: 0 });
  if (!(await isAgreed(selection, command, terminal))) {
    setExitCode(EXIT.usage);
    return tell('Nothing was sent.', { sent: 0 });
  }
  const signal = interruptionOf(terminal);
  const redriven = await redrive(deadLetters, {
    wanted: new Set(wanted.map(({ sequenceNumber }) => sequenceNumber)),
    total,
    rate: command.rate,
    signal,
    onProgress: (sent) => rewriteLine(`${sent} of ${wanted.length} sent`, terminal),
  });
  rewriteLine('', terminal);
  tell(outcomeText(redriven, name, signal.aborted), { ...redriven, interrupted: signal.aborted });
  setExitCode(exitCodeOf(redriven, signal.aborted));
}

async function choose(
  deadLetters: DeadLetters,
  { reason, max = Number.POSITIVE_INFINITY }: RedriveCommand,
): Promise<{ wanted: DeadLetter[]; total: number }> {
  const wanted: DeadLetter[] = [];
  let total = 0;
  for await (const message of peekAll(deadLetters.receiver())) {
    total += 1;
    const deadLetter = describe(message);
    if (wanted.length < max && (reason === undefined || deadLetter.reason === reason)) wanted.push(deadLetter);
  }
  return { wanted, total };
}

async function isAgreed(selection: string, { yes }: RedriveCommand, terminal: Terminal): Promise<boolean> {
  if (yes === true) return true;
  if (terminal.stdin.isTTY === true) return askYesNo(`Send again ${selection}?`, terminal);
  const message = `To send again ${selection}, --yes is needed, because nobody can be asked here.`;
  throw new CliError('confirmation_missing', message);
}

function outcomeText({ sent, left, failed, missed }: Redriven, name: string, isInterrupted: boolean): string {
  const lines = [`${quantity(sent, 'dead letter')} of ${printable(name)} sent again${isInterrupted ? ', then stopped' : ''}.`];
  if (missed > 0) {
    const why = isInterrupted ? 'are still dead letters' : 'were not to be had: they are gone, or somebody else holds them';
    lines.push(`${missed} ${why}.`);
  }
  for (const { sequenceNumber, reason } of failed) lines.push(`${sequenceNumber} could not be sent: ${printable(reason)}`);
  for (const { sequenceNumber, reason } of left)
    lines.push(`${sequenceNumber} was sent, and is still a dead letter too: ${printable(reason)}`);
  return lines.join('\n');
}

function exitCodeOf({ left, failed, missed }: Redriven, isInterrupted: boolean): number {
  if (isInterrupted) return EXIT.interrupted;
  return left.length + failed.length + missed === 0 ? EXIT.ok : EXIT.failed;
}
