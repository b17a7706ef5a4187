import type { GraphView, NodeView, Place, PlanView } from './plan-view.ts';

const SHAPES: Readonly<Record<Place, readonly [open: string, close: string]>> = {
  orchestrator: ['([', '])'],
  activity: ['[', ']'],
  'inner graph': ['[[', ']]'],
  event: ['{{', '}}'],
  'child run': ['[/', '/]'],
};

/** A plan as a Mermaid flowchart: data flows along arrows, what is only waited for along dotted ones. */
export function planMermaid(plan: PlanView): string {
  return `${['flowchart TD', ...graphLines(plan, 'n', '  ')].join('\n')}\n`;
}

function graphLines({ nodes }: GraphView, prefix: string, indent: string): readonly string[] {
  const ids = new Map(nodes.map(({ name }, index) => [name, `${prefix}${index}`]));
  return nodes.flatMap((node) => {
    const id = ids.get(node.name) ?? '';
    return [
      `${indent}${nodeText(id, node)}`,
      ...bodyLines(node, id, indent),
      ...edges(node, id, ids).map((edge) => `${indent}${edge}`),
    ];
  });
}

function nodeText(id: string, node: NodeView): string {
  const [open, close] = SHAPES[node.place];
  const where = node.activity === undefined ? node.place : `${node.place} ${node.activity}`;
  const lines = [escaped(node.name), escaped(`${node.kind}, ${where}`)];
  if (node.when !== undefined) lines.push(escaped(`when ${node.when}`));
  return `${id}${open}"${lines.join('<br/>')}"${close}`;
}

function bodyLines(node: NodeView, id: string, indent: string): readonly string[] {
  return Object.entries(node.bodies ?? {}).flatMap(([key, body], index) => {
    const graph = `${id}b${index}`;
    return [
      `${indent}subgraph ${graph}["${escaped(`${node.name}: ${key}`)}"]`,
      ...graphLines(body, `${graph}n`, `${indent}  `),
      `${indent}end`,
      `${indent}${id} --- ${graph}`,
    ];
  });
}

function edges(node: NodeView, id: string, ids: ReadonlyMap<string, string>): readonly string[] {
  const from = (name: string) => ids.get(name) ?? '';
  return [
    ...node.dependencies.map((name) => `${from(name)} --> ${id}`),
    ...node.waitFor.map((name) => `${from(name)} -.-> ${id}`),
    ...(node.onError === undefined ? [] : [`${id} -- on error --> ${from(node.onError)}`]),
    ...(node.onTimeout === undefined ? [] : [`${id} -- on timeout --> ${from(node.onTimeout)}`]),
  ].filter((edge) => !edge.startsWith(' ') && !edge.endsWith(' '));
}

const ENTITIES: Readonly<Record<string, string>> = {
  '"': '#quot;',
  '#': '#35;',
  '<': '#lt;',
  '>': '#gt;',
  '&': '#amp;',
  '`': '#96;',
  '\\': '#92;',
};

function escaped(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/["#<>&`\\]/g, (character) => ENTITIES[character] ?? '');
}
