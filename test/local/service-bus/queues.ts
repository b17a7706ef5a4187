import { loadTopology, type Topology } from '../../../local/service-bus/topology.ts';

/** A topology document of queues by name, with their properties in the document's words. */
export function documentOf(queues: Readonly<Record<string, object>>): string {
  const list = Object.entries(queues).map(([name, properties]) => ({ Name: name, Properties: properties }));
  return JSON.stringify({ UserConfig: { Namespaces: [{ Name: 'test', Queues: list }] } });
}

export function topologyOf(queues: Readonly<Record<string, object>>): Topology {
  return loadTopology(documentOf(queues), 'test topology');
}
