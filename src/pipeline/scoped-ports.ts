import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { PortReader } from './read-ports.ts';
import type { Report } from './report.ts';

/** Checks the ports that are declared for a kind of node or for one node. They have no effect, which is told too. */
export function checkScopedPorts(spec: JsonObject, reader: PortReader, report: Report): void {
  const { type_ports: typePorts } = spec;
  if (isJsonObject(typePorts)) {
    for (const [kind, ports] of Object.entries(typePorts)) reader.read(ports, ['spec', 'type_ports', kind]);
  } else if (typePorts !== undefined) {
    const remedy = 'Write one "kind: {port: {adapter: …}}" a line.';
    report.error(['spec', 'type_ports'], { code: 'type_mapping', message: "'type_ports' must be a mapping.", remedy });
  }
  const nodes: JsonValue = spec['nodes'] ?? [];
  if (!Array.isArray(nodes)) return;
  for (const [index, node] of nodes.entries()) {
    const ports = isJsonObject(node) && isJsonObject(node['spec']) ? node['spec']['ports'] : undefined;
    if (ports === undefined) continue;
    const path = ['spec', 'nodes', index, 'spec', 'ports'];
    reader.read(ports, path);
    const message = 'The ports of a node have no effect here: all nodes share those of the pipeline.';
    report.warning(path, { code: 'key_not_supported', message, remedy: "Declare them under the pipeline's 'spec.ports'." });
  }
}
