import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { Diagnostics } from './diagnostics.ts';
import type { Path, SourceDocument } from './documents.ts';
import { nameOf } from './envelope.ts';
import { didYouMean } from './near-match.ts';
import { Report } from './report.ts';
import { mappingExpected } from './schema-problems.ts';
import { locate, type Origin, viewOf, withOrigins } from './source-view.ts';

const SHORT_NAMES: ReadonlyMap<string | undefined, string> = new Map([
  ['development', 'dev'],
  ['production', 'prod'],
]);

/** What an environment may be called in documents: its name, or the short form of it. */
export function environmentNames(name: string | undefined): readonly string[] {
  return [name, SHORT_NAMES.get(name)].filter((one) => one !== undefined);
}

/** A document with the origin of its parts. */
export interface OriginDocument {
  readonly document: SourceDocument;
  readonly origin: Origin;
}

/** A mapping with `ports` and `node_overrides`, and where it stands. */
interface Layer extends OriginDocument {
  readonly path: Path;
  readonly value: JsonObject;
  /** Whether it was written for this pipeline alone. */
  readonly own: boolean;
}

const LAYER_KEYS = ['description', 'ports', 'node_overrides'];
const FILE_KEYS = ['apiVersion', 'kind', 'metadata', 'spec', ...LAYER_KEYS];

/**
 * The pipeline as it is in an environment. What comes later wins, port by port and key by key of a node's spec:
 *
 * 1. the pipeline itself, which is the document of that namespace if there is one;
 * 2. the file `environments/<name>.yaml`, for all pipelines (`ports` and `node_overrides` at the top or under `spec`);
 * 3. `spec.environments.<name>`, for this pipeline.
 */
export function applyEnvironment(
  pipeline: OriginDocument,
  name: string | undefined,
  file: OriginDocument | undefined,
  diagnostics: Diagnostics,
): OriginDocument {
  const inline = inlineLayers(pipeline, name, new Report(pipeline.document, diagnostics));
  const layers = [...(file === undefined ? [] : fileLayers(file, new Report(file.document, diagnostics))), ...inline];
  const { spec } = pipeline.document.value;
  if (!isJsonObject(spec)) return pipeline;

  // Environments that are not in use may refer to variables that are not set.
  const { environments: _, ...ownSpec } = spec;
  const merge = new Merge({ ...pipeline.document.value, spec: ownSpec }, pipeline.origin);
  for (const layer of layers) {
    const report = new Report(layer.document, diagnostics);
    mergePorts(merge, layer);
    mergeOverrides(merge, layer, report);
  }
  return { document: viewOf(merge.value, merge.origin, new Set()), origin: merge.origin };
}

function inlineLayers({ document, origin }: OriginDocument, name: string | undefined, report: Report): readonly Layer[] {
  const { spec } = document.value;
  const environments = isJsonObject(spec) ? spec['environments'] : undefined;
  const path = ['spec', 'environments'];
  if (environments === undefined) return [];
  if (!isJsonObject(environments)) {
    report.error(path, mappingExpected("'environments'", 'Write one "name: {ports: {…}}" a line.'));
    return [];
  }
  for (const [key, value] of Object.entries(environments)) checkLayer(value, [...path, key], LAYER_KEYS, report);
  if (name === undefined) return [];
  const declared = environmentNames(name).find((one) => Object.hasOwn(environments, one));
  if (declared !== undefined) {
    const value = environments[declared];
    return isJsonObject(value) ? [{ document, origin, path: [...path, declared], value, own: true }] : [];
  }
  const near = didYouMean(name, Object.keys(environments));
  if (near !== undefined) {
    const message = `The pipeline declares no environment '${name}'.`;
    report.warning(path, { code: 'environment_unknown', message, remedy: near });
  }
  return [];
}

function fileLayers({ document, origin }: OriginDocument, report: Report): readonly Layer[] {
  const { value } = document;
  checkLayer(value, [], FILE_KEYS, report);
  const layer = { document, origin, path: [], value, own: false };
  const { spec } = value;
  if (spec === undefined) return [layer];
  checkLayer(spec, ['spec'], LAYER_KEYS, report);
  return isJsonObject(spec) ? [layer, { ...layer, path: ['spec'], value: spec }] : [layer];
}

function checkLayer(value: JsonValue, path: Path, known: readonly string[], report: Report): void {
  if (!isJsonObject(value)) {
    report.error(path, mappingExpected('An environment', 'Write {ports: {…}, node_overrides: {…}}.'));
    return;
  }
  report.unknownKeys(value, path, known);
  for (const [key, part] of Object.entries(value)) {
    if ((key !== 'ports' && key !== 'node_overrides') || isJsonObject(part)) continue;
    report.error([...path, key], mappingExpected(`'${key}'`, 'Write one "name: {…}" a line.'));
  }
}

function mergePorts(merge: Merge, { value, origin, path }: Layer): void {
  const { ports } = value;
  if (isJsonObject(ports)) merge.setAll(['spec', 'ports'], ports, locate(origin, [...path, 'ports']));
}

function mergeOverrides(merge: Merge, layer: Layer, report: Report): void {
  const { node_overrides: overrides } = layer.value;
  if (!isJsonObject(overrides)) return;
  const names = merge.nodeNames();
  for (const [name, override] of Object.entries(overrides)) {
    const index = names.indexOf(name);
    const place = [...layer.path, 'node_overrides', name];
    if (!isJsonObject(override)) {
      report.error(place, mappingExpected('An override', 'Write keys of the spec.'));
    } else if (index >= 0) {
      overrideSpec(merge, index, override, { ...layer, path: place });
    } else if (layer.own) {
      const remedy = didYouMean(name, names) ?? 'Name a node of this pipeline.';
      report.error(place, { code: 'node_override_unknown', message: `There is no node '${name}' to override.`, remedy });
    }
  }
}

/** The keys of an override stand in it, or under its only key `spec`. */
function overrideSpec(merge: Merge, index: number, override: JsonObject, { origin, path }: Pick<Layer, 'origin' | 'path'>): void {
  const { spec } = override;
  const isNested = isJsonObject(spec) && Object.keys(override).length === 1;
  const from = isNested ? [...path, 'spec'] : path;
  merge.setAll(['spec', 'nodes', index, 'spec'], isNested ? spec : override, locate(origin, from));
}

/** A document that parts of others are put into. */
class Merge {
  value: JsonObject;
  origin: Origin;

  constructor(value: JsonObject, origin: Origin) {
    this.value = value;
    this.origin = origin;
  }

  /** Puts all parts of another mapping into the one at `path`, over those of the same names. */
  setAll(path: Path, parts: JsonObject, from: Origin): void {
    if (Object.keys(parts).length === 0) return;
    const value = extendAt(this.value, path, parts);
    if (isJsonObject(value)) this.value = value;
    const origins = Object.keys(parts).map((key) => [key, locate(from, [key])] as const);
    this.origin = withOrigins(this.origin, path, new Map(origins));
  }

  nodeNames(): readonly string[] {
    const { spec } = this.value;
    const nodes = isJsonObject(spec) && Array.isArray(spec['nodes']) ? spec['nodes'] : [];
    return nodes.map((node: JsonValue) => nameOf(node) ?? '');
  }
}

/** The value with more parts in the mapping at `path`; mappings on the way that are missing are made. */
function extendAt(value: JsonValue | undefined, [segment, ...rest]: Path, parts: JsonObject): JsonValue {
  if (Array.isArray(value))
    return value.map((item: JsonValue, index) => (index === segment ? extendAt(item, rest, parts) : item));
  const mapping = isJsonObject(value) ? value : {};
  if (segment === undefined) return { ...mapping, ...parts };
  return { ...mapping, [segment]: extendAt(Object.hasOwn(mapping, segment) ? mapping[segment] : undefined, rest, parts) };
}
