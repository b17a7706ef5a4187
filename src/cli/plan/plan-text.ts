import { NODE_TIMEOUT_MS } from '../../limits.ts';
import { formatTable, printable, quantity } from '../terminal.ts';
import { durationText } from './duration-text.ts';
import type { Cost, GraphView, NodeView, PlanView } from './plan-view.ts';

const HEADER = ['LEVEL', 'NODE', 'KIND', 'RUNS IN', 'HOW'];

/** A plan for people: its nodes by level with what each waits for, which of them share an activity, and why each runs where it does. */
export function planText(plan: PlanView): string {
  const version = plan.version === undefined ? '' : ` ${plan.version}`;
  const levels = Math.max(0, ...plan.nodes.map(({ level }) => level));
  return [
    `${printable(plan.pipeline)}${printable(version)}, plan ${plan.hash.slice(0, 12)}`,
    `${quantity(plan.nodes.length, 'node')} on ${quantity(levels, 'level')}. ${costText(plan.cost)}`,
    '',
    formatTable(HEADER, rowsOf(plan, '')),
    ...chains(plan),
    ...reasons(plan),
  ].join('\n');
}

function costText({ activities, documents, writes }: Cost): string {
  return `A run costs at least ${quantity(activities, 'activity')} and ${quantity(writes, 'write')} that leave ${quantity(documents, 'document')}.`;
}

function rowsOf(graph: GraphView, indent: string): (string | number)[][] {
  return [...graph.nodes]
    .sort((a, b) => a.level - b.level)
    .flatMap((node) => [
      [`${indent}${node.level}`, `${indent}${node.name}`, node.kind, placeOf(node), howOf(node)],
      ...Object.entries(node.bodies ?? {}).flatMap(([key, body]) => [
        ['', `${indent}  [${key}]`, '', '', bodyCost(body.cost)],
        ...rowsOf(body, `${indent}    `),
      ]),
    ]);
}

function placeOf({ place, activity }: NodeView): string {
  return activity === undefined ? place : `${place} ${activity}`;
}

function bodyCost({ activities, documents }: Cost): string {
  return `each time at least ${quantity(activities, 'activity')}, ${quantity(documents, 'document')}`;
}

function howOf(node: NodeView): string {
  const { dependencies, waitFor, when, timeoutMs, retry, onError, onTimeout, onlyOnError, ports = {} } = node;
  const facts = [
    dependencies.length === 0 ? '' : `after ${dependencies.join(', ')}`,
    waitFor.length === 0 ? '' : `waits for ${waitFor.join(', ')}`,
    when === undefined ? '' : `when ${when}`,
    onlyOnError ? 'only on error' : '',
    retry === undefined ? '' : `up to ${retry.maxAttempts} attempts from ${durationText(retry.delayMs)} apart`,
    timeoutMs === undefined || timeoutMs === NODE_TIMEOUT_MS ? '' : `timeout ${durationText(timeoutMs)}`,
    onError === undefined ? '' : `on error ${onError}`,
    onTimeout === undefined ? '' : `on timeout ${onTimeout}`,
    ...Object.entries(ports).map(([port, adapters]) => `port ${port}: ${adapters.join(', ')}`),
  ];
  return facts.filter((fact) => fact !== '').join('; ');
}

/** Activities that run more than one node: what one reads in the table as the same number. */
function chains({ activities }: PlanView): readonly string[] {
  const lines = activities.flatMap((chain, index) =>
    chain.length < 2 ? [] : [`  activity ${index + 1}: ${printable(chain.join(' → '))}`],
  );
  return lines.length === 0 ? [] : ['Chained, because exactly one node follows from each:', ...lines, ''];
}

function reasons(plan: PlanView): readonly string[] {
  const found = new Map(allNodes(plan).map(({ place, why }) => [place, why]));
  const width = Math.max(0, ...[...found.keys()].map((place) => place.length));
  return ['Why there:', ...[...found].map(([place, why]) => `  ${place.padEnd(width)}  ${why}`), ''];
}

function allNodes({ nodes }: GraphView): readonly NodeView[] {
  return nodes.flatMap((node) => [node, ...Object.values(node.bodies ?? {}).flatMap(allNodes)]);
}
