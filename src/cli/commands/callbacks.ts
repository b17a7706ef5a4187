import type { Command } from 'commander';
import { type ApiOptions, callApp, withApiOptions } from '../app-client.ts';
import type { CommandContext } from '../command-context.ts';
import { printAnswer } from '../print-answer.ts';
import { formatTable, quantity } from '../terminal.ts';

const HELP = `
  hexdag callbacks list
  hexdag callbacks redrive`;

export function addCallbacks(parent: Command, { terminal }: CommandContext): void {
  const callbacks = parent
    .command('callbacks')
    .summary('look at results that their receiver has not taken, and deliver them again')
    .description('Looks at results that the receiver of callbacks has not taken in all its time, and delivers them again.')
    .addHelpText('after', HELP);

  withApiOptions(callbacks.command('list').summary('list what is given up, the oldest first'))
    .addHelpText('after', '\n  hexdag callbacks list --output json')
    .action(async (options: ApiOptions) => {
      const listed = await callApp(options, terminal, (client) => client.listCallbacks({ limit: 100 }));
      const rows = listed.map((one) => [one.eventId, one.type, one.runId, one.since, one.attempts, one.failure?.code ?? '']);
      const table = formatTable(['EVENT', 'TYPE', 'RUN', 'SINCE', 'CALLS', 'ERROR'], rows);
      const text = rows.length === 0 ? 'Nothing is given up.\n' : table;
      printAnswer({ callbacks: listed }, text, options, terminal);
    });

  withApiOptions(callbacks.command('redrive').summary('deliver again what is given up'))
    .addHelpText('after', '\n  hexdag callbacks redrive')
    .action(async (options: ApiOptions) => {
      const redriven = await callApp(options, terminal, (client) => client.redriveCallbacks());
      printAnswer({ redriven }, `${quantity(redriven, 'event')} will be delivered again.\n`, options, terminal);
    });
}
