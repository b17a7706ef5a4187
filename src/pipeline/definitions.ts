import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { Catalog } from './catalog.ts';
import type { SourceDocument } from './documents.ts';
import { nameOf } from './envelope.ts';
import { INACTIVE_CONFIG_KEYS, warnOfInactive } from './inactive-keys.ts';
import { MiddlewareReader, type MiddlewareStack } from './middleware.ts';
import type { Report } from './report.ts';
import { mappingExpected } from './schema-problems.ts';
import { readConfig, type WrittenConfig } from './written-config.ts';

/** A document that pipelines of its file use, and where to tell what is wrong with it. */
export interface Definition {
  readonly document: SourceDocument;
  readonly report: Report;
}

/** What an Adapter document says. */
export interface NamedAdapter {
  readonly adapter: string;
  readonly config: WrittenConfig;
  readonly report: Report;
}

/** What the Adapter, Middleware and Config documents of a file define. */
export interface Definitions {
  readonly adapters: ReadonlyMap<string, NamedAdapter>;
  readonly stacks: ReadonlyMap<string, MiddlewareStack>;
  /** `spec.orchestrator` of the Config document. */
  readonly orchestrator: { readonly value: JsonObject; readonly report: Report } | undefined;
}

const SPEC_KEYS: Readonly<Record<string, readonly string[]>> = {
  Adapter: ['class', 'config', 'params', 'capabilities'],
  Middleware: ['stack'],
  Config: ['orchestrator', ...Object.keys(INACTIVE_CONFIG_KEYS)],
};

/** Reads the definitions in file order; of two with one name the last counts. */
export function readDefinitions(documents: readonly Definition[], catalog: Catalog): Definitions {
  const adapters = new Map<string, NamedAdapter>();
  const stacks = new Map<string, MiddlewareStack>();
  let orchestrator: Definitions['orchestrator'];
  for (const { document, report } of documents) {
    const spec = readSpec(document, report);
    if (spec === undefined) continue;
    if (document.kind === 'Config') {
      orchestrator = readSettings(spec, report) ?? orchestrator;
      continue;
    }
    const name = readName(document, report);
    if (document.kind === 'Adapter') {
      const adapter = readAdapter(spec, report);
      if (name !== undefined && adapter !== undefined) adapters.set(name, adapter);
    } else {
      const stack = readStack(spec, new MiddlewareReader(stacks, catalog.middleware, report), report);
      if (name !== undefined) stacks.set(name, stack);
    }
  }
  return { adapters, stacks, orchestrator };
}

function readSpec({ kind = '', value }: SourceDocument, report: Report): JsonObject | undefined {
  const { spec } = value;
  if (isJsonObject(spec)) {
    report.unknownKeys(spec, ['spec'], SPEC_KEYS[kind] ?? []);
    return spec;
  }
  if (spec === undefined) missing(['spec'], `This ${kind} has no 'spec'.`, "Add 'spec'.", report);
  else report.error(['spec'], mappingExpected("'spec'"));
  return undefined;
}

function readName({ kind, value }: SourceDocument, report: Report): string | undefined {
  const name = nameOf(value);
  if (name !== undefined && name !== '') return name;
  missing(['metadata', 'name'], `This ${kind} has no name.`, "Add 'metadata: {name: …}'.", report);
  return undefined;
}

function readAdapter(spec: JsonObject, report: Report): NamedAdapter | undefined {
  const { class: adapter } = spec;
  const config = readConfig(spec, ['spec'], report);
  if (typeof adapter === 'string' && adapter !== '') return { adapter, config, report };
  missing(['spec', 'class'], "This Adapter has no 'spec.class'.", "Name a registered adapter: 'class: mock_llm'.", report);
  return undefined;
}

function readStack(spec: JsonObject, reader: MiddlewareReader, report: Report): MiddlewareStack {
  const stack: JsonValue | undefined = spec['stack'];
  if (stack !== undefined) return reader.read(stack, ['spec', 'stack']);
  missing(['spec', 'stack'], "This Middleware has no 'spec.stack'.", 'Write a list: [retry_with_backoff, timeout].', report);
  return [];
}

function readSettings(spec: JsonObject, report: Report): Definitions['orchestrator'] {
  for (const [key, remedy] of Object.entries(INACTIVE_CONFIG_KEYS)) {
    if (Object.hasOwn(spec, key)) warnOfInactive(spec[key], ['spec', key], remedy, report);
  }
  const value = spec['orchestrator'];
  if (value === undefined || isJsonObject(value)) return value === undefined ? undefined : { value, report };
  report.error(['spec', 'orchestrator'], mappingExpected("'orchestrator'"));
  return undefined;
}

function missing(path: readonly string[], message: string, remedy: string, report: Report): void {
  report.error(path, { code: 'field_missing', message, remedy });
}
