import type { Command } from 'commander';
import { type CommandContext, type OutputFormat, outputOption } from '../command-context.ts';
import { type Entity, readEntity } from '../dlq/entity.ts';
import type { ListCommand } from '../dlq/list.ts';
import type { DeadLetters } from '../dlq/open-dead-letters.ts';
import type { RedriveCommand } from '../dlq/redrive-dead-letters.ts';
import { connectionOf, connectionOption } from '../service-bus-connection.ts';
import type { Terminal } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';

/** What each of the commands has. */
interface DlqOptions {
  readonly connection?: string;
  readonly queue?: boolean;
  readonly output: OutputFormat;
}

const HELP = `
A name is that of a queue, or TOPIC/SUBSCRIPTION. Without --connection and the setting SB, the local Azure on its default port is meant.

  hexdag dlq list orders
  hexdag dlq show orders 17
  hexdag dlq redrive orders --reason schema_violation --dry-run`;

const REDRIVE_HELP = `
A message is stored again before its dead letter is taken out, so none is lost if this ends in between; what was sent then comes
twice, and the app knows it as the same event. The dead letters of a subscription go to its topic, and so to each subscription whose
rules want them.

Exit code: 0 all that was asked for is sent, 1 some is not, 2 nobody agreed, 130 it was stopped with Ctrl-C.

  hexdag dlq redrive orders --reason schema_violation --max 100
  hexdag dlq redrive events/audit --yes --output json`;

export function addDlq(parent: Command, context: CommandContext): void {
  const dlq = parent
    .command('dlq')
    .summary('look at dead letters, and send them again')
    .description('Looks at the dead letters of a queue or subscription, and sends them again.')
    .addHelpText('after', HELP);
  addList(dlq, context);
  addShow(dlq, context);
  addRedrive(dlq, context);
}

function addList(dlq: Command, context: CommandContext): void {
  withEntity(dlq.command('list').summary('list dead letters, oldest first'))
    .option('--reason <reason>', 'only those with this reason')
    .option('--limit <n>', 'how many', wholeNumber(1, 100_000), 20)
    .addHelpText('after', '\n  hexdag dlq list orders --reason TTLExpiredException')
    .action(async (name: string, options: DlqOptions & ListCommand) => {
      const { listDeadLetters } = await import('../dlq/list.ts');
      await onDeadLetters(name, options, context.terminal, (deadLetters, entity) =>
        listDeadLetters(deadLetters, entity, options, context),
      );
    });
}

function addShow(dlq: Command, context: CommandContext): void {
  withEntity(dlq.command('show').summary('show one dead letter with its body'))
    .argument('<number>', 'its sequence number, as list tells it', wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .addHelpText('after', '\n  hexdag dlq show orders 17')
    .action(async (name: string, sequenceNumber: number, options: DlqOptions) => {
      const { showDeadLetter } = await import('../dlq/show.ts');
      await onDeadLetters(name, options, context.terminal, (deadLetters, entity) =>
        showDeadLetter(deadLetters, entity, sequenceNumber, options, context),
      );
    });
}

function addRedrive(dlq: Command, context: CommandContext): void {
  withEntity(dlq.command('redrive').summary('send dead letters again'))
    .option('--reason <reason>', 'only those with this reason')
    .option('--max <n>', 'so many at most, the oldest', wholeNumber(1, 100_000))
    .option('--rate <n>', 'so many a second at most', wholeNumber(1, 1_000), 20)
    .option('--dry-run', 'only say what would be sent')
    .option('--yes', 'do not ask')
    .addHelpText('after', REDRIVE_HELP)
    .action(async (name: string, options: DlqOptions & RedriveCommand) => {
      const { redriveDeadLetters } = await import('../dlq/redrive-dead-letters.ts');
      await onDeadLetters(name, options, context.terminal, (deadLetters, entity) =>
        redriveDeadLetters(deadLetters, entity, options, context),
      );
    });
}

function withEntity(command: Command): Command {
  return command
    .argument('<name>', 'queue, or topic/subscription')
    .addOption(connectionOption())
    .option('--queue', 'the name is that of a queue, though it has a slash in it')
    .addOption(outputOption());
}

async function onDeadLetters(
  name: string,
  options: DlqOptions,
  terminal: Terminal,
  work: (deadLetters: DeadLetters, entity: Entity) => Promise<void>,
): Promise<void> {
  const entity = readEntity(name, options.queue === true);
  // The SDK is most of what these commands would otherwise have to load for `--help`.
  const { withDeadLetters } = await import('../dlq/open-dead-letters.ts');
  await withDeadLetters(connectionOf(options, terminal), entity, (deadLetters) => work(deadLetters, entity));
}
