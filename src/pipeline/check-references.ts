import type { Remedy } from './diagnostic.ts';
import { didYouMean } from './near-match.ts';
import type { Reference } from './references.ts';
import type { Report } from './report.ts';

const CONTEXT_FIELDS: ReadonlySet<string> = new Set(['run_id', 'pipeline_name', 'node_name', 'services']);
const AMBIENT_NAMES: ReadonlySet<string> = new Set(['input', '_input', 'state']);

const LOOP_NAMES: ReadonlySet<string> = new Set(['$item', '$index', '$total', '$is_first', '$is_last', '$body']);

/** Names that near ones are looked for, in one graph: a text may read thousands. */
const MAX_SUGGESTIONS = 1_000;

/** The names that references of a pipeline can mean. */
export interface KnownNames {
  readonly nodes: ReadonlySet<string>;
  /** Fields of `spec.input_schema`; undefined if it is open or not declared. */
  readonly inputFields: ReadonlySet<string> | undefined;
  /** Fields that the schema names, whether or not there may be others. */
  readonly namedInputFields: ReadonlySet<string> | undefined;
  /** Nodes of the graphs around this one; undefined if there is none. */
  readonly outer: ReadonlySet<string> | undefined;
  /** Names that loops around the graph bind. */
  readonly locals: ReadonlySet<string>;
  /** An inner graph: not even the fields of its input are known. */
  readonly isOpen: boolean;
  /** What was found near to a name: the same one often stands in many nodes. */
  readonly suggestions: Map<string, string | undefined>;
}

/**
 * Reports a name that cannot be right. Most names may be fields of data that nobody has declared, so few can be refused; in an
 * inner graph not even the fields of its input are known.
 * @param aliases fields that the node's `input_mapping` gives it
 */
export function checkReference(reference: Reference, known: KnownNames, aliases: readonly string[], report: Report): void {
  const { name } = reference;
  if (known.nodes.has(name) || known.outer?.has(name)) return;
  if (name === '$input' || name === 'input') checkInputField(reference, known, report);
  else if (name === 'ctx' || name === '$ctx') checkContextField(reference, report);
  else if (name.startsWith('$')) {
    tell('error', reference, 'name_unknown', `There is no '${name}' here.`, remedyForGlobal(name, known), report);
  } else if (AMBIENT_NAMES.has(name) || known.namedInputFields?.has(name)) return;
  else if (isSecret(reference, aliases)) checkSecret(reference, known, report);
  else if (reference.grammar === 'mapping' && !known.isOpen) checkMappingSource(reference, known, report);
  else {
    const remedy = suggest(name, known);
    const message = `'${name}' is no node, and may be unknown when the node runs.`;
    if (remedy !== undefined) tell('warning', reference, 'reference_unknown', message, remedy, report);
  }
}

/** A mapping reads nodes, the fields of the node's input and `$input`; a path that begins otherwise fails when the node runs. */
function checkMappingSource(reference: Reference, known: KnownNames, report: Report): void {
  const { name, member } = reference;
  const remedy = () => suggest(name, known) ?? `Name a node, or write $input.${name} for a field of the run's input.`;
  if (member === undefined)
    tell(
      'warning',
      reference,
      'reference_unknown',
      `'${name}' is no node, and may be unknown when the node runs.`,
      remedy,
      report,
    );
  else
    tell('error', reference, 'reference_unknown', `'${name}.${member}' refers to '${name}', which is no node.`, remedy, report);
}

/** `secrets.API_KEY`, as other tools write a reference to a secret. */
function isSecret({ name, member, grammar }: Reference, aliases: readonly string[]): boolean {
  return name === 'secrets' && member !== undefined && (grammar === 'mapping' || !aliases.includes(name));
}

/** In an inner graph it may be a field of the data that nobody has declared. */
function checkSecret(reference: Reference, { isOpen }: KnownNames, report: Report): void {
  const message = `'secrets.${reference.member}' cannot be read here: what nodes read is kept with the run, and secrets are not.`;
  const remedy = `Write \${${reference.member}} into the config of a port, and call through it. A field of data is mapped by input_mapping from the node or $input that has it.`;
  tell(isOpen ? 'warning' : 'error', reference, 'secret_not_allowed_here', message, remedy, report);
}

function checkInputField(reference: Reference, { inputFields }: KnownNames, report: Report): void {
  const { member } = reference;
  if (member === undefined || inputFields === undefined || inputFields.has(member)) return;
  const remedy = () => didYouMean(member, inputFields) ?? `Declared are: ${[...inputFields].slice(0, 20).join(', ')}.`;
  tell('error', reference, 'reference_unknown', `input_schema declares no field '${member}'.`, remedy, report);
}

function checkContextField(reference: Reference, report: Report): void {
  const { member } = reference;
  if (member === undefined || CONTEXT_FIELDS.has(member)) return;
  const remedy = didYouMean(member, CONTEXT_FIELDS) ?? `Known are: ${[...CONTEXT_FIELDS].join(', ')}.`;
  tell('error', reference, 'reference_unknown', `ctx has no field '${member}'.`, remedy, report);
}

function tell(
  severity: 'error' | 'warning',
  { path, offset }: Reference,
  code: string,
  message: string,
  remedy: Remedy,
  report: Report,
): void {
  const finding = { code, message, remedy };
  if (severity === 'error') report.errorWithin(path, offset, finding);
  else report.warningWithin(path, offset, finding);
}

function remedyForGlobal(name: string, { locals }: KnownNames): string {
  if (LOOP_NAMES.has(name)) return 'Loops bind it: use it in the body of a composite_node whose mode has it.';
  return didYouMean(name, ['$input', '$ctx', ...locals]) ?? 'Use $input or $ctx.';
}

function suggest(name: string, { nodes, suggestions }: KnownNames): string | undefined {
  if (suggestions.size >= MAX_SUGGESTIONS) return suggestions.get(name);
  if (!suggestions.has(name)) suggestions.set(name, minusRemedy(name, nodes) ?? didYouMean(name, nodes));
  return suggestions.get(name);
}

/** In an expression the node `fetch-order` is `fetch` minus `order`. */
function minusRemedy(name: string, nodes: ReadonlySet<string>): string | undefined {
  const meant = [...nodes].find((node) => node.startsWith(`${name}-`));
  return meant === undefined ? undefined : `Rename the node '${meant}', with '_' for '-': here '-' means minus.`;
}
