import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { parseDocuments, type SourceDocument } from './documents.ts';
import { didYouMean } from './near-match.ts';
import type { Report } from './report.ts';
import { nearOf, problemsOf, unknownKey } from './schema-problems.ts';

const TYPES = ['str', 'int', 'float', 'bool', 'list', 'dict', 'Any'] as const;

const parameterSchema = z.looseObject({
  name: z.string().min(1),
  type: z.string().optional(),
  required: z.boolean().optional(),
  default: z.json().optional(),
  enum: z.array(z.json()).optional(),
  description: z.string().optional(),
});

const macroSchema = z.looseObject({
  metadata: z.looseObject({ name: z.string().min(1) }),
  parameters: z.array(parameterSchema).optional(),
  nodes: z.array(z.json()).optional(),
  nodes_raw: z.string().optional(),
  requires_ports: z
    .array(z.looseObject({ name: z.string(), protocol: z.string().optional(), optional: z.boolean().optional() }))
    .optional(),
  outputs: z.json().optional(),
});

const KEYS = ['apiVersion', 'kind', ...Object.keys(macroSchema.shape)];

type MacroParameter = z.infer<typeof parameterSchema>;

/** A template of nodes: what a `kind: Macro` document says. */
export interface Macro {
  readonly name: string;
  readonly parameters: readonly MacroParameter[];
  /** Nodes whose texts are rendered one by one; or a text that is rendered and then read as YAML. */
  readonly nodes: readonly JsonValue[] | string;
  readonly requiredPorts: readonly string[];
  readonly report: Report;
}

/** Reads a Macro document. Undefined (reported) if nothing can be made of it. */
export function readMacro({ value }: SourceDocument, report: Report): Macro | undefined {
  for (const key of Object.keys(value)) {
    if (!KEYS.includes(key)) report.problem(misplacedKey(key, value), 'warning');
  }
  const parsed = macroSchema.safeParse(value);
  if (!parsed.success) {
    for (const problem of problemsOf(parsed.error, value)) report.problem(problem);
    return undefined;
  }
  const { metadata, parameters = [], nodes, nodes_raw: raw, requires_ports: ports = [] } = parsed.data;
  if (nodes === undefined && raw === undefined) {
    const message = `Macro '${metadata.name}' has no nodes.`;
    report.error([], {
      code: 'field_missing',
      message,
      remedy: "Write 'nodes' at the top level of the document, beside 'kind'.",
    });
    return undefined;
  }
  for (const [index, parameter] of parameters.entries()) checkParameter(parameter, index, report);
  const requiredPorts = ports.filter(({ optional }) => optional !== true).map(({ name }) => name);
  return { name: metadata.name, parameters, nodes: nodes ?? raw ?? [], requiredPorts, report };
}

function misplacedKey(key: string, value: JsonObject) {
  const problem = unknownKey([key], key, KEYS);
  const isSpec = key === 'spec' && isJsonObject(value[key]);
  return isSpec
    ? { ...problem, remedy: "A macro's 'parameters' and 'nodes' stand at the top level, not under 'spec'." }
    : problem;
}

function checkParameter({ name, type, default: value, enum: choices }: MacroParameter, index: number, report: Report): void {
  const path = ['parameters', index];
  for (const part of typeNames(type)) {
    if (TYPES.some((known) => known === part)) continue;
    const remedy = didYouMean(part, TYPES) ?? `Types are: ${TYPES.join(', ')}.`;
    report.error([...path, 'type'], { code: 'schema_type_unknown', message: `There is no type '${part}'.`, remedy });
  }
  if (value === undefined || value === null) return;
  const problem = parameterProblem({ name, type, enum: choices }, value);
  if (problem !== undefined) report.error([...path, 'default'], problem);
}

function typeNames(type: string | undefined): readonly string[] {
  return (type ?? 'Any').split('|').map((part) => part.trim());
}

/** What is wrong with a value for a parameter. */
export function parameterProblem(
  { name, type, enum: choices }: MacroParameter,
  value: JsonValue,
): { readonly code: string; readonly message: string; readonly remedy: string } | undefined {
  const types = typeNames(type);
  if (types.every((part) => !isOfType(value, part))) {
    const message = `Parameter '${name}' must be ${types.join(' or ')}, and ${JSON.stringify(value)} is not.`;
    return { code: 'macro_parameter_type', message, remedy: `Give it a value of type ${types.join(' or ')}.` };
  }
  if (choices === undefined || choices.some((choice) => JSON.stringify(choice) === JSON.stringify(value))) return undefined;
  const names = choices.map((choice) => (typeof choice === 'string' ? choice : JSON.stringify(choice)));
  const message = `Parameter '${name}' cannot be ${JSON.stringify(value)}.`;
  return { code: 'macro_parameter_value', message, remedy: nearOf(value, names) ?? `Use ${names.join(', ')}.` };
}

function isOfType(value: JsonValue, type: string): boolean {
  switch (type) {
    case 'str':
      return typeof value === 'string';
    case 'int':
      return Number.isInteger(value);
    case 'float':
      return typeof value === 'number';
    case 'bool':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value);
    case 'dict':
      return isJsonObject(value);
    default:
      return true;
  }
}

/** Reads the rendered text of `nodes_raw`. What is wrong with it is told by `tell`. */
export function readRawNodes(text: string, tell: (code: string, message: string) => void): readonly JsonValue[] {
  // A blank before each line lets a list in brackets stand under the key as well.
  const { documents, diagnostics } = parseDocuments(`nodes:\n${text.replace(/^/gm, ' ')}`, 'nodes_raw');
  for (const { code, message, severity } of diagnostics) if (severity === 'error') tell(code, message);
  const nodes = documents[0]?.value['nodes'];
  if (Array.isArray(nodes)) return nodes;
  if (documents.length > 0 && nodes !== null) tell('type_list', "'nodes_raw' must render to a list of nodes.");
  return [];
}
