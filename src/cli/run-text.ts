import type { JsonValue } from '../json.ts';
import { formatTable, jsonText, printable } from './terminal.ts';

/** A run as the API's list has it. */
export interface RunSummary {
  readonly runId: string;
  readonly pipeline: string;
  readonly trigger: string;
  readonly status: string;
  readonly acceptedAt: string;
  readonly finishedAt?: string;
  readonly durationMs?: number;
  readonly error?: { readonly code: string; readonly message: string; readonly node?: string };
}

export interface Page {
  readonly runs: readonly RunSummary[];
  readonly cursor?: string;
}

/** A run as the API tells it alone. */
export interface Run extends RunSummary {
  readonly event: { readonly key: string; readonly type: string; readonly source: string };
  readonly output?: JsonValue;
  readonly nodes: readonly {
    readonly name: string;
    readonly kind: string;
    readonly status: string;
    readonly attempt: number;
    readonly durationMs: number;
    readonly error?: { readonly code: string };
  }[];
}

export function runTable({ runs, cursor }: Page): string {
  if (runs.length === 0) return 'No runs.\n';
  const rows = runs.map((run) => [
    run.runId,
    run.pipeline,
    run.status,
    run.acceptedAt,
    duration(run.durationMs),
    run.error?.code ?? '',
  ]);
  const more = cursor === undefined ? '' : `\nMore: --cursor ${printable(cursor)}\n`;
  return `${formatTable(['RUN', 'PIPELINE', 'STATUS', 'ACCEPTED', 'TOOK', 'ERROR'], rows)}${more}`;
}

export function describeRun(run: Run): string {
  const facts = [
    ['Run', run.runId],
    ['Pipeline', run.pipeline],
    ['Status', run.status],
    ['Event', `${run.event.key} (${run.trigger})`],
    ['Accepted', run.acceptedAt],
    ...(run.finishedAt === undefined ? [] : [['Finished', `${run.finishedAt} (after ${duration(run.durationMs)})`]]),
    ...(run.error === undefined ? [] : [['Error', describeError(run.error)]]),
    ...(run.output === undefined ? [] : [['Output', jsonText(run.output)]]),
  ];
  const head = facts.map(([name = '', value = '']) => `${name.padEnd(10)}${printable(value)}\n`).join('');
  const rows = run.nodes.map((node) => [
    node.name,
    node.kind,
    node.status,
    node.attempt,
    duration(node.durationMs),
    node.error?.code ?? '',
  ]);
  return `${head}\n${formatTable(['NODE', 'KIND', 'STATUS', 'ATTEMPT', 'TOOK', 'ERROR'], rows)}`;
}

function describeError({ code, message, node }: { code: string; message: string; node?: string }): string {
  return `${code}${node === undefined ? '' : ` in ${node}`}: ${message}`;
}

function duration(ms: number | undefined): string {
  if (ms === undefined) return '';
  return ms < 10_000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`;
}
