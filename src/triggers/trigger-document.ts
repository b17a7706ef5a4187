import { messageOf } from '../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { Diagnostic, Position } from '../pipeline/diagnostic.ts';
import { Diagnostics } from '../pipeline/diagnostics.ts';
import { parseDocuments, type SourceDocument } from '../pipeline/documents.ts';
import { didYouMean } from '../pipeline/near-match.ts';
import { blobKind } from './blob/source.ts';
import { compileEventFunctions } from './event-functions.ts';
import { compileSchema, type SchemaCheck } from './json-schema.ts';
import { serviceBusKind } from './service-bus/source.ts';
import type { Exclusive, SourceContext, SourceKind } from './source-kind.ts';
import { timerKind } from './timer/source.ts';
import type { StartablePipeline, Trigger, TriggerSource } from './trigger.ts';
import { readPipelines } from './trigger-pipelines.ts';
import { type Report, reportUnknownFields, shorten } from './trigger-report.ts';
import { webhookKind } from './webhook/source.ts';

export interface CompileTriggersOptions extends Partial<SourceContext> {
  /** Every pipeline that a trigger may name. */
  readonly pipelines: readonly StartablePipeline[];
  /** Names that no trigger may have, in lower case: those of the app's own functions. */
  readonly reserved?: ReadonlySet<string>;
}

export interface CompiledTrigger {
  readonly trigger: Trigger;
  readonly file: string;
  /** Where the document names its trigger. */
  readonly position: Position;
}

interface CompiledTriggers {
  readonly triggers: readonly CompiledTrigger[];
  readonly diagnostics: readonly Diagnostic[];
}

/** One entry a kind of source. */
const SOURCE_KINDS: ReadonlyMap<string, SourceKind> = new Map(
  [serviceBusKind, timerKind, blobKind, webhookKind].map((kind) => [kind.type, kind]),
);

const DOCUMENT_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec'];
const SPEC_FIELDS = ['type', 'config', 'pipeline', 'pipelines', 'input', 'key', 'when', 'schema'];
/** What Azure Functions allows as a function's name. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,126}$/;
const SCHEMA_REMEDY = 'Write JSON Schema, draft 2020-12.';

/** Compiles the `kind: Trigger` documents of a file. Those with an error are left out; every problem is told in one pass. */
export function compileTriggers(text: string | Uint8Array, file: string, options: CompileTriggersOptions): CompiledTriggers {
  const parsed = parseDocuments(text, file);
  const diagnostics = new Diagnostics(file);
  diagnostics.addAll(parsed.diagnostics);
  const triggers = parsed.documents
    .filter((document) => document.kind === 'Trigger')
    .flatMap((document) => {
      const trigger = new TriggerCompiler(document, file, diagnostics, options).compile();
      return trigger === undefined ? [] : [{ trigger, file, position: document.positionOf(['metadata', 'name']) }];
    });
  return { triggers, diagnostics: diagnostics.list() };
}

/** What a trigger has for itself, if its kind of source knows of such a thing. */
export function exclusiveOf({ source }: Trigger, settings: SourceContext['settings']): Exclusive | undefined {
  return SOURCE_KINDS.get(source.type)?.exclusive?.(source, settings);
}

class TriggerCompiler {
  readonly #document: SourceDocument;
  readonly #file: string;
  readonly #diagnostics: Diagnostics;
  readonly #pipelines: readonly StartablePipeline[];
  readonly #reserved: ReadonlySet<string>;
  readonly #context: SourceContext;
  #failed = false;

  constructor(
    document: SourceDocument,
    file: string,
    diagnostics: Diagnostics,
    { pipelines, reserved = new Set(), settings = {}, now = Date.now() }: CompileTriggersOptions,
  ) {
    this.#document = document;
    this.#file = file;
    this.#diagnostics = diagnostics;
    this.#pipelines = pipelines;
    this.#reserved = reserved;
    this.#context = { settings, now };
  }

  compile(): Trigger | undefined {
    const { value } = this.#document;
    reportUnknownFields(value, DOCUMENT_FIELDS, this.#report);
    const name = this.#name(value['metadata']);
    const spec = value['spec'];
    if (!isJsonObject(spec)) {
      const remedy = "Give it 'type', 'config' and 'pipeline'.";
      this.#report({ code: 'field_missing', path: ['spec'], message: "'spec' is missing or no mapping.", remedy });
      return undefined;
    }
    reportUnknownFields(spec, SPEC_FIELDS, this.#reportBelow(['spec']));
    const source = this.#source(spec);
    const pipelines = readPipelines(spec, this.#file, this.#pipelines, this.#reportBelow(['spec']));
    const functions = compileEventFunctions(this.#withoutVainKey(spec), this.#reportBelow(['spec']));
    const checkBody = this.#schema(spec['schema']);
    if (this.#failed || name === undefined || source === undefined || pipelines === undefined) return undefined;
    const trigger = { name, source, ...pipelines, ...functions, ...(checkBody === undefined ? {} : { checkBody }) };
    SOURCE_KINDS.get(source.type)?.check?.(trigger, this.#reportBelow(['spec', 'config']), this.#context);
    return this.#failed ? undefined : trigger;
  }

  #name(metadata: JsonValue | undefined): string | undefined {
    const name = isJsonObject(metadata) ? metadata['name'] : undefined;
    if (typeof name === 'string' && this.#reserved.has(name.toLowerCase())) {
      const message = `'${name}' is the name of one of the app's own functions.`;
      this.#report({ code: 'name_reserved', path: ['metadata', 'name'], message, remedy: 'Choose another name.' });
      return undefined;
    }
    if (typeof name === 'string' && NAME.test(name)) return name;
    const missing = name === undefined;
    this.#report({
      code: missing ? 'field_missing' : 'name_invalid',
      path: ['metadata', 'name'],
      message: missing ? "'metadata.name' is missing." : "'metadata.name' cannot be the name of a function.",
      remedy: "Use a letter, then letters, digits, '-' or '_', 127 characters at most.",
    });
    return undefined;
  }

  #source(spec: JsonObject): TriggerSource | undefined {
    const type = spec['type'];
    const kind = typeof type === 'string' ? SOURCE_KINDS.get(type) : undefined;
    if (kind === undefined) {
      this.#reportType(type);
      return undefined;
    }
    const config = spec['config'] ?? {};
    if (!isJsonObject(config)) {
      this.#report({ code: 'field_type', path: ['spec', 'config'], message: "'spec.config' must be a mapping." });
      return undefined;
    }
    return kind.read(config, this.#reportBelow(['spec', 'config']), this.#context);
  }

  #withoutVainKey({ key, ...spec }: JsonObject): JsonObject {
    const type = spec['type'];
    const hasOwnKey = typeof type === 'string' && SOURCE_KINDS.get(type)?.hasOwnKey === true;
    if (key === undefined || !hasOwnKey) return { ...spec, ...(key === undefined ? {} : { key }) };
    const message = `'key' has no effect on a trigger of type '${type}': each of its events has a key by nature.`;
    this.#report({ severity: 'warning', code: 'key_not_supported', path: ['spec', 'key'], message, remedy: 'Remove it.' });
    return spec;
  }

  #reportType(type: JsonValue | undefined): void {
    const path = ['spec', 'type'];
    const known = [...SOURCE_KINDS.keys()];
    const remedy = `Known types: ${known.join(', ')}.`;
    if (typeof type !== 'string') {
      this.#report({ code: 'field_missing', path, message: "'spec.type' is missing or no text.", remedy });
    } else {
      const message = `Trigger type '${shorten(type)}' is not known.`;
      this.#report({
        code: 'trigger_type_unknown',
        path,
        message,
        remedy: didYouMean(type, known) ?? remedy,
      });
    }
  }

  #schema(schema: JsonValue | undefined): SchemaCheck | undefined {
    if (schema === undefined) return undefined;
    const path = ['spec', 'schema'];
    try {
      if (isJsonObject(schema)) return compileSchema(schema, 'refused');
      this.#report({ code: 'field_type', path, message: 'A schema must be a mapping.', remedy: SCHEMA_REMEDY });
    } catch (error) {
      this.#report({
        code: 'schema_invalid',
        path,
        message: `The schema is not usable: ${messageOf(error)}.`,
        remedy: SCHEMA_REMEDY,
      });
    }
    return undefined;
  }

  #reportBelow(base: readonly string[]): Report {
    return (problem) => this.#report({ ...problem, path: [...base, ...problem.path] });
  }

  readonly #report: Report = ({ severity = 'error', path, offset, ...finding }) => {
    const isField = finding.code === 'field_unknown';
    const { keyPositionOf, positionOf, positionWithin } = this.#document;
    const position = isField ? keyPositionOf(path) : offset === undefined ? positionOf(path) : positionWithin(path, offset);
    this.#diagnostics[severity]({ ...finding, position });
    if (severity === 'error') this.#failed = true;
  };
}
