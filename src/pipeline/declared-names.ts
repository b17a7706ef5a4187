import type { JsonObject } from '../json.ts';
import { compileTypes } from './custom-types.ts';
import type { NodeDefinition } from './node-definition.ts';
import { NodeKindTable } from './node-kind-table.ts';
import type { Report } from './report.ts';
import type { TypeCatalog } from './type-catalog.ts';

/** The names that count within one pipeline. */
export interface DeclaredNames {
  /** The registered kinds with those of `spec.aliases`. */
  readonly kinds: NodeKindTable;
  /** The types of `spec.custom_types` besides the built-in ones; undefined if it declares none. */
  readonly types: TypeCatalog | undefined;
}

export function readDeclaredNames(spec: JsonObject, known: Iterable<NodeDefinition>, report: Report): DeclaredNames {
  const kinds = new NodeKindTable(known);
  kinds.addAliases(spec['aliases'], report);
  const customTypes = spec['custom_types'];
  if (customTypes === undefined) return { kinds, types: undefined };
  const types = compileTypes(customTypes, ({ path, severity, ...finding }) =>
    report[severity ?? 'error'](['spec', 'custom_types', ...path], finding),
  );
  return { kinds, types };
}
