import { isJsonObject, type JsonObject } from '../json.ts';
import type { Path } from './documents.ts';
import type { BodySite, ReferenceSite } from './node-definition.ts';
import { type Reference, ReferenceCollector, type TextReport } from './references.ts';

/** Keys that hold no templates, or not only. */
const READ_APART: ReadonlySet<string> = new Set(['when', 'input_mapping', 'ports']);

/** A node's texts, and how they are read. */
export interface NodeTexts {
  readonly spec: JsonObject;
  /** Texts that are no templates, or not only. */
  readonly sites: readonly ReferenceSite[];
  /** Inner graphs, whose texts are read apart. */
  readonly bodies: readonly BodySite[];
  /** Names that are bound around the node. */
  readonly locals: ReadonlySet<string>;
}

/**
 * The names that the texts of a node read. `place` makes paths within the spec those that references carry; texts that cannot be
 * read go to `report`.
 */
export function collectReferences(
  { spec, sites, bodies, locals }: NodeTexts,
  report: TextReport,
  place: (path: Path) => Path,
): readonly Reference[] {
  const collector = new ReferenceCollector(report, locals);
  const { when, input_mapping: mapping } = spec;
  if (typeof when === 'string') collector.expression(place(['when']), when);
  if (isJsonObject(mapping)) collector.mapping(place(['input_mapping']), mapping);

  for (const site of sites) collector.site(site, place(site.path));
  const read = new Set([...sites, ...bodies].map(({ path }) => JSON.stringify(place(path))));
  const isRead = (path: Path) => read.size > 0 && read.has(JSON.stringify(path));
  for (const [key, value] of Object.entries(spec)) {
    if (!READ_APART.has(key)) collector.templates(place([key]), value, isRead);
  }
  return collector.references;
}
