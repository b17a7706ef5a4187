import { isJsonObject, type JsonValue } from '../../json.ts';
import type { Plan } from '../../pipeline/plan.ts';
import type { NodeRecord } from '../../ports/run-store.ts';
import type { RunReport } from '../../testing/run-report.ts';
import { formatFacts, formatTable, formatTook, jsonText } from '../terminal.ts';

/** Characters of a result that a table row shows. */
const SHOWN_RESULT = 70;

export interface RunFacts {
  readonly plan: Plan;
  readonly report: RunReport;
  /** What nodes with effects did. */
  readonly records: readonly NodeRecord[];
  readonly tookMs: number;
}

/** A run for people: how it ended, and a row for each node. */
export function reportText({ plan, report, records, tookMs }: RunFacts): string {
  const facts: [string, string][] = [
    ['Pipeline', plan.pipeline],
    ['Status', report.status],
    ['Took', formatTook(tookMs)],
  ];
  if (report.error !== undefined) facts.push(['Error', `${report.error.code}: ${report.error.message}`]);
  if (report.output !== null) facts.push(['Output', jsonText(report.output)]);
  for (const { node, eventKey, timeoutSeconds } of report.waiting) {
    facts.push(['Waiting', `${node} for '${eventKey}'${timeoutSeconds === null ? '' : `, ${timeoutSeconds} s at most`}`]);
  }
  const waiting = new Set(report.waiting.map(({ node }) => node));
  const byPath = new Map(records.map((record) => [record.node, record]));
  const rows = plan.nodes.map(({ name, kind }) => {
    const record = byPath.get(name);
    const result = report.results[name];
    const took = record === undefined ? '' : formatTook(Date.parse(record.finishedAt) - Date.parse(record.startedAt));
    const status = waiting.has(name) ? 'waiting' : statusOf(result, record);
    return [name, kind, status, record?.attempt ?? '', took, result === undefined ? '' : shortened(result)];
  });
  return `${formatFacts(facts)}\n${formatTable(['NODE', 'KIND', 'STATUS', 'ATTEMPT', 'TOOK', 'RESULT'], rows)}`;
}

function statusOf(result: JsonValue | undefined, record: NodeRecord | undefined): string {
  if (result === undefined) return '';
  if (record !== undefined) return record.status;
  if (!isJsonObject(result)) return 'completed';
  return result['_skipped'] === true ? 'skipped' : result['_error'] === undefined ? 'completed' : 'failed';
}

function shortened(value: JsonValue): string {
  const text = jsonText(value);
  return text.length <= SHOWN_RESULT ? text : `${text.slice(0, SHOWN_RESULT - 1)}…`;
}
