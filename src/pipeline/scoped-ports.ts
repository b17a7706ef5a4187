import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { Catalog } from './catalog.ts';
import type { Definitions } from './definitions.ts';
import type { Envelope } from './envelope.ts';
import type { NodeDefinition, NodeRole } from './node-definition.ts';
import { kindRemedy, type NodeKindTable } from './node-kind-table.ts';
import type { PlanPort } from './plan.ts';
import { PortReader } from './read-ports.ts';
import type { Report } from './report.ts';
import { mappingExpected } from './schema-problems.ts';

type Ports = Readonly<Record<string, PlanPort>>;

const PATH = ['spec', 'type_ports'];
/** What calls ports by itself. */
const CALLING: ReadonlySet<NodeRole> = new Set<NodeRole>(['effect', 'wait']);

/** Ports that count for some nodes only: those of a kind of node (`spec.type_ports`), and those of one node (`ports` in its spec). */
export class ScopedPorts {
  readonly #ofKinds: ReadonlyMap<string, Ports>;
  readonly #definitions: Definitions;
  readonly #catalog: Catalog;

  constructor(ofKinds: ReadonlyMap<string, Ports>, definitions: Definitions, catalog: Catalog) {
    this.#ofKinds = ofKinds;
    this.#definitions = definitions;
    this.#catalog = catalog;
  }

  /** The same in another file, whose documents come before those of this one. */
  within({ adapters, stacks }: Definitions): ScopedPorts {
    const { adapters: outerAdapters, stacks: outerStacks, orchestrator } = this.#definitions;
    const definitions = {
      adapters: new Map([...outerAdapters, ...adapters]),
      stacks: new Map([...outerStacks, ...stacks]),
      orchestrator,
    };
    return new ScopedPorts(this.#ofKinds, definitions, this.#catalog);
  }

  /** Whether any kind of node has a port of that name. */
  has(port: string): boolean {
    return [...this.#ofKinds.values()].some((ports) => Object.hasOwn(ports, port));
  }

  /** The ports that a node has instead of the pipeline's; its own before those of its kind. Undefined if it has none. */
  of(
    { specPath, report, macros, kind }: Envelope,
    definition: NodeDefinition | undefined,
    written: JsonObject | undefined,
  ): Ports | undefined {
    const reader = new PortReader(this.#definitions, this.#catalog, report, macros.length > 0);
    const own = written === undefined ? undefined : reader.read(written, specPath(['ports']));
    if (definition === undefined) return own;
    if (CALLING.has(definition.role)) {
      const ofKind = this.#ofKinds.get(definition.kind);
      return own === undefined && ofKind === undefined ? undefined : { ...ofKind, ...own };
    }
    if (own !== undefined) {
      const message = `'ports' has no effect in a ${kind}: it calls no port by itself.`;
      const remedy = 'Declare them in the nodes that call them.';
      report.warning(specPath(['ports']), { code: 'key_not_supported', message, remedy });
    }
    return undefined;
  }
}

/** Reads `spec.type_ports`: the ports of each kind, by its canonical name. */
export function readTypePorts(
  written: JsonValue | undefined,
  kinds: NodeKindTable,
  reader: PortReader,
  report: Report,
): ReadonlyMap<string, Ports> {
  const ofKinds = new Map<string, Ports>();
  if (written === undefined || written === null) return ofKinds;
  if (!isJsonObject(written)) {
    report.error(PATH, mappingExpected("'type_ports'", 'Write one "kind: {port: {adapter: …}}" a line.'));
    return ofKinds;
  }
  for (const [name, value] of Object.entries(written)) {
    const path = [...PATH, name];
    const ports = reader.read(value, path);
    const definition = kinds.get(name);
    if (definition === undefined) {
      const message = `There is no kind of node '${name}'.`;
      report.problem({ path, atKey: true, code: 'node_kind_unknown', message, remedy: kindRemedy(name, kinds) });
    } else if (CALLING.has(definition.role)) {
      const ofKind = { ofKind: definition.kind };
      const shared = Object.entries(ports).map(([port, declared]) => [port, { ...declared, ...ofKind }]);
      ofKinds.set(definition.kind, { ...ofKinds.get(definition.kind), ...Object.fromEntries(shared) });
    } else {
      const message = `Ports of '${name}' have no effect: these nodes call no port by themselves.`;
      const remedy = 'Declare them for the kinds that call them.';
      report.problem({ path, atKey: true, code: 'key_not_supported', message, remedy }, 'warning');
    }
  }
  return ofKinds;
}
