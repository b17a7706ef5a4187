import type { Failure, Run, RunPage } from '../client/index.ts';
import { formatFacts, formatTable, formatTook, jsonText, printable } from './terminal.ts';

export function runTable({ runs, cursor }: RunPage): string {
  if (runs.length === 0) return 'No runs.\n';
  const rows = runs.map((run) => [
    run.runId,
    run.pipeline,
    run.status,
    run.acceptedAt,
    took(run.durationMs),
    run.error?.code ?? '',
  ]);
  const more = cursor === undefined ? '' : `\nMore: --cursor ${printable(cursor)}\n`;
  return `${formatTable(['RUN', 'PIPELINE', 'STATUS', 'ACCEPTED', 'TOOK', 'ERROR'], rows)}${more}`;
}

export function describeRun(run: Run): string {
  const facts: [string, string][] = [
    ['Run', run.runId],
    ['Pipeline', run.pipeline],
    ['Status', run.status],
    ['Event', `${run.event.key} (${run.trigger})`],
    ['Accepted', run.acceptedAt],
  ];
  if (run.finishedAt !== undefined) facts.push(['Finished', `${run.finishedAt} (after ${took(run.durationMs)})`]);
  if (run.error !== undefined) facts.push(['Error', describeError(run.error)]);
  if (run.output !== undefined) facts.push(['Output', jsonText(run.output)]);
  for (const { node, eventKey, until } of run.waiting ?? []) {
    facts.push(['Waiting', `${node} for '${eventKey}'${until === undefined ? '' : `, until ${until}`}`]);
  }
  const rows = run.nodes.map((node) => [
    node.name,
    node.kind,
    node.status,
    node.attempt,
    formatTook(node.durationMs),
    node.error?.code ?? '',
  ]);
  return `${formatFacts(facts)}\n${formatTable(['NODE', 'KIND', 'STATUS', 'ATTEMPT', 'TOOK', 'ERROR'], rows)}`;
}

function describeError({ code, message, node }: Failure): string {
  return `${code}${node === undefined ? '' : ` in ${node}`}: ${message}`;
}

function took(ms: number | undefined): string {
  return ms === undefined ? '' : formatTook(ms);
}
