import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { BuildTemplateError, type RenderBudget, renderBuildTemplate } from './build-template.ts';
import type { NodeList } from './compile-graph.ts';
import type { Path } from './documents.ts';
import type { Envelope } from './envelope.ts';
import type { GraphContext } from './graph-context.ts';
import { MAX_MACRO_DEPTH } from './limits.ts';
import { type Macro, parameterProblem, readRawNodes } from './macro.ts';
import { mapTexts } from './map-texts.ts';
import { didYouMean } from './near-match.ts';
import { unknownKey } from './schema-problems.ts';
import { valueAt } from './value-at.ts';

/** The nodes that an invocation of a macro stands for. Undefined (reported) if the invocation cannot be carried out. */
export function expandMacro(invocation: Envelope, context: GraphContext): NodeList | undefined {
  const { name, spec, specPath, report, macros: stack } = invocation;
  if (typeof spec['macro'] !== 'string') return undefined;
  const macro = findMacro(spec['macro'], invocation, context);
  if (macro === undefined) return undefined;
  if (stack.includes(macro.name) || stack.length >= MAX_MACRO_DEPTH) {
    const way = [...stack, macro.name].join(' → ');
    const message = stack.includes(macro.name)
      ? `Macro '${macro.name}' invokes itself: ${way}.`
      : `Macros are nested too deep: ${way}.`;
    report.error(specPath(['macro']), { code: 'macro_recursion', message, remedy: 'Remove this invocation.' });
    return undefined;
  }
  const values = readParameters(macro, invocation);
  if (values === undefined) return undefined;
  const dependencies = [...(invocation.dependencies ?? []), ...textsOf(spec['dependencies'])];
  const nodes = new Expansion(macro, { ...values, name, dependencies }, context.rendering).nodes([...stack, macro.name]);
  checkPorts(macro, nodes.values, invocation, context);
  return nodes;
}

/** A port that the macro requires may be the pipeline's, that of a kind of node, or one of the macro's own nodes'. */
function checkPorts(macro: Macro, nodes: readonly JsonValue[], { specPath, report }: Envelope, context: GraphContext): void {
  const { ports, scopedPorts } = context;
  for (const port of macro.requiredPorts) {
    if (ports === undefined || ports.has(port) || scopedPorts?.has(port) || nodes.some((node) => declares(node, port))) continue;
    const message = `Macro '${macro.name}' requires the port '${port}', which the pipeline does not declare.`;
    report.warning(specPath(['macro']), { code: 'macro_port_missing', message, remedy: `Declare '${port}' under spec.ports.` });
  }
}

/** Whether a node, or one within it, has the port. */
function declares(value: JsonValue, port: string): boolean {
  if (Array.isArray(value)) return value.some((item) => declares(item, port));
  if (!isJsonObject(value)) return false;
  const own = valueAt(value, ['spec', 'ports', port]) ?? valueAt(value, ['settings', 'ports', port]);
  return own !== undefined || Object.values(value).some((item) => declares(item, port));
}

function findMacro(name: string, { specPath, report }: Envelope, { macros }: GraphContext): Macro | undefined {
  const found = macros?.get(name) ?? macros?.get(name.replace(/^user:/, ''));
  if (found !== undefined) return found;
  const names = [...(macros?.keys() ?? [])];
  const known = names.length === 0 ? "Add a 'kind: Macro' document to the file." : `Macros are: ${names.join(', ')}.`;
  const remedy = name.startsWith('core:') ? "hexDAG's own macros are not part of this runtime; use an agent_node." : known;
  const finding = { code: 'macro_unknown', message: `There is no macro '${name}'.`, remedy: didYouMean(name, names) ?? remedy };
  report.error(specPath(['macro']), finding);
  return undefined;
}

/** The value of each parameter. Undefined (reported) if one is missing or wrong. */
function readParameters(macro: Macro, { spec, specPath, report }: Envelope): JsonObject | undefined {
  const config = isJsonObject(spec['config']) ? spec['config'] : {};
  const inputs = isJsonObject(spec['inputs']) ? spec['inputs'] : {};
  const given = { ...config, ...inputs };
  const names = macro.parameters.map(({ name }) => name);
  let valid = true;
  const refuse = (path: Path, finding: { code: string; message: string; remedy: string }) => {
    report.error(specPath(path), finding);
    valid = false;
  };
  for (const key of Object.keys(given)) {
    const path = [Object.hasOwn(inputs, key) ? 'inputs' : 'config', key];
    if (Object.hasOwn(config, key) && Object.hasOwn(inputs, key)) {
      const message = `'${key}' stands in 'config' and in 'inputs'.`;
      refuse(path, { code: 'macro_input_twice', message, remedy: 'Keep one of them.' });
    } else if (!names.includes(key)) report.problem(unknownKey(specPath(path), key, names), 'warning');
  }
  const values = macro.parameters.map((parameter) => {
    const { name } = parameter;
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    if (value === undefined) {
      const message = `Macro '${macro.name}' requires '${name}'.`;
      if (parameter.required === true)
        refuse(['inputs'], { code: 'macro_parameter_missing', message, remedy: `Add '${name}' to 'inputs'.` });
      return [name, parameter.default ?? null] as const;
    }
    const problem = parameterProblem(parameter, value);
    if (problem !== undefined) refuse([Object.hasOwn(inputs, name) ? 'inputs' : 'config', name], problem);
    return [name, value] as const;
  });
  return valid ? Object.fromEntries(values) : undefined;
}

/** One use of a macro's nodes with their texts rendered. */
class Expansion {
  readonly #macro: Macro;
  readonly #scope: JsonObject;
  readonly #budget: RenderBudget;

  constructor(macro: Macro, scope: JsonObject, budget: RenderBudget) {
    this.#macro = macro;
    this.#scope = scope;
    this.#budget = budget;
  }

  nodes(macros: readonly string[]): NodeList {
    const { nodes } = this.#macro;
    const report = this.#macro.report.forRenderedTexts();
    if (typeof nodes !== 'string') {
      const values = nodes.map((node, index) =>
        mapTexts(node, (text, path) => this.#text(text, ['nodes', index, ...path]) ?? text),
      );
      return { values, path: ['nodes'], report, macros };
    }
    const path = ['nodes_raw'];
    const text = this.#text(nodes, path);
    const tell = (code: string, message: string) => {
      report.error(path, { code, message, remedy: 'Check what the text is once it is rendered.' });
    };
    return { values: text === undefined ? [] : readRawNodes(text, tell), path, report, macros };
  }

  /** Names that are no parameters stay in the text: they are for the run. Undefined (reported) if it cannot be rendered. */
  #text(text: string, path: Path): string | undefined {
    try {
      return renderBuildTemplate(text, this.#scope, { undefined: 'keep', budget: this.#budget });
    } catch (error) {
      if (!(error instanceof BuildTemplateError)) throw error;
      this.#macro.report.errorWithin(path, error.offset, { code: error.code, message: error.message });
      return undefined;
    }
  }
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
