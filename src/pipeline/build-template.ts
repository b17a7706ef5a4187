import { toJson } from '../expression/convert.ts';
import { ExpressionError } from '../expression/errors.ts';
import { type Expression, namesIn, parseExpression } from '../expression/expression.ts';
import { renderValue } from '../expression/filters.ts';
import { MAX_STEPS, MAX_TEXT_LENGTH } from '../expression/limits.ts';
import { CONSTANTS } from '../expression/operand-parser.ts';
import { Runtime } from '../expression/runtime.ts';
import { type Lookup, type Scope, toLookup } from '../expression/scope.ts';
import { isTruthy } from '../expression/values.ts';
import type { JsonValue } from '../json.ts';
import { BuildTemplateError } from './build-template-error.ts';
import {
  type Insertion,
  isBuildTemplate,
  type Loop,
  type Part,
  parseBuildTemplate,
  type TemplateExpression,
} from './build-template-parser.ts';
import { readJinjaExpression } from './jinja-expression.ts';
import { MAX_RENDER_STEPS } from './limits.ts';

export { BuildTemplateError } from './build-template-error.ts';
export { isBuildTemplate } from './build-template-parser.ts';

/** What the texts of a file may cost together. */
export class RenderBudget {
  #left = MAX_RENDER_STEPS;

  /** Steps that one text may take. */
  get share(): number {
    return Math.max(0, Math.min(MAX_STEPS, this.#left));
  }

  spend(steps: number): void {
    this.#left -= steps;
  }
}

export interface BuildTemplateOptions {
  /**
   * What becomes of an insertion with a name that the scope lacks. `empty`: nothing is inserted, but a member of it is an error.
   * `keep`: it stays in the text, for the run to fill in. Either way such a name is false in a condition and empty in a loop.
   */
  readonly undefined: 'empty' | 'keep';
  /** Shared with other texts; as much as one expression has if absent. */
  readonly budget?: RenderBudget;
}

/**
 * Renders a template when the pipeline is compiled: the part of Jinja that pipelines use. `{{ value | filter }}`, `if`/`elif`/`else`,
 * `for`, `set`, `raw` and comments, with the expressions of the pipeline language. What it costs is bounded.
 *
 * @throws BuildTemplateError with the offset of the problem
 */
export function renderBuildTemplate(text: string, scope: Scope, options: BuildTemplateOptions): string {
  if (!isBuildTemplate(text)) return text;
  const renderer = new Renderer(toLookup(scope), options);
  try {
    return renderer.renderAll(parseBuildTemplate(text, options.undefined === 'keep'));
  } finally {
    options.budget?.spend(renderer.spent);
  }
}

class Renderer {
  readonly #policy: BuildTemplateOptions['undefined'];
  readonly #frames: Map<string, JsonValue>[] = [new Map()];
  readonly #lookup: Lookup;
  /** One for all expressions, so that the whole template has the budget of one. */
  readonly #runtime: Runtime;
  #text = '';

  constructor(lookup: Lookup, options: BuildTemplateOptions) {
    this.#policy = options.undefined;
    this.#lookup = (name) => {
      const frame = this.#frames.findLast((one) => one.has(name));
      return frame === undefined ? lookup(name) : frame.get(name);
    };
    this.#runtime = new Runtime(this.#lookup, 0, options.budget?.share);
  }

  get spent(): number {
    return this.#runtime.spent;
  }

  renderAll(parts: readonly Part[]): string {
    this.#render(parts);
    return this.#text;
  }

  #render(parts: readonly Part[]): void {
    for (const part of parts) {
      if (typeof part === 'string') this.#write(part, 0);
      else if (part.type === 'insertion') this.#write(this.#insertion(part), part.offset);
      else if (part.type === 'for') this.#for(part);
      else if (part.type === 'set') this.#frames.at(-1)?.set(part.name, this.#value(part.value));
      else {
        const branch = part.branches.find(({ condition }) => condition === undefined || this.#holds(condition));
        this.#render(branch?.body ?? []);
      }
    }
  }

  #write(text: string, offset: number): void {
    this.#pay(offset, () => this.#runtime.spendText(text.length));
    this.#text += text;
    if (this.#text.length > MAX_TEXT_LENGTH) {
      throw new BuildTemplateError('template_limit', `The text would have more than ${MAX_TEXT_LENGTH} characters.`, offset);
    }
  }

  #insertion(part: Insertion): string {
    if (this.#policy === 'keep' && this.#mustStay(part)) return part.verbatim;
    const { expression, asJson } = read(part);
    if (this.#policy === 'empty' && this.#isUnknownName(part.source)) return '';
    const value = this.#evaluate(part, expression);
    return asJson ? JSON.stringify(value) : renderValue(value);
  }

  /** Whether the insertion is the run's: it reads a name that is not known yet, or is no expression at all. */
  #mustStay(part: Insertion): boolean {
    try {
      return namesIn(read(part).expression).some(({ name }) => this.#lookup(name) === undefined);
    } catch (error) {
      if (error instanceof BuildTemplateError && error.code !== 'filter_unknown') return true;
      throw error;
    }
  }

  #isUnknownName(source: string): boolean {
    const isName = /^[A-Za-z_]\w*$/.test(source) && source !== 'none' && !CONSTANTS.has(source);
    return isName && this.#lookup(source) === undefined;
  }

  #holds(condition: TemplateExpression): boolean {
    const { expression } = read(condition);
    return this.#pay(condition.offset, () => isTruthy(expression.run(this.#runtime)));
  }

  #for({ items, names, body, otherwise }: Loop): void {
    const { expression } = read(items);
    const unknown = namesIn(expression).some(({ name, member }) => member === undefined && this.#lookup(name) === undefined);
    const values = unknown ? [] : this.#evaluate(items, expression);
    const list = Array.isArray(values) ? values : [];
    if (list.length === 0) this.#render(otherwise);
    for (const [index, item] of list.entries()) {
      this.#pay(items.offset, () => this.#runtime.spend(1 + names.length));
      const last = index === list.length - 1;
      const loop = { index: index + 1, index0: index, first: index === 0, last, length: list.length };
      this.#frames.push(new Map<string, JsonValue>([...bind(names, item), ['loop', loop]]));
      this.#render(body);
      this.#frames.pop();
    }
  }

  #value(expression: TemplateExpression): JsonValue {
    return this.#evaluate(expression, read(expression).expression);
  }

  #evaluate(at: TemplateExpression, expression: Expression): JsonValue {
    return this.#pay(at.offset, () => toJson(expression.run(this.#runtime), this.#runtime));
  }

  #pay<Result>(offset: number, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      const code = error.code === 'name_unknown' ? 'variable_undefined' : error.code;
      throw new BuildTemplateError(code, error.message, offset);
    }
  }
}

function bind(names: readonly string[], item: JsonValue): readonly (readonly [string, JsonValue])[] {
  const [first = ''] = names;
  if (names.length === 1) return [[first, item]];
  return names.map((name, index) => [name, Array.isArray(item) ? (item[index] ?? null) : null] as const);
}

function read({ source, offset }: TemplateExpression): { readonly expression: Expression; readonly asJson: boolean } {
  try {
    const { text, asJson } = readJinjaExpression(source);
    if (/\b(?:now|utcnow|timestamp)\s*\(\s*\)/.test(text)) {
      throw new BuildTemplateError('syntax_not_supported', 'A plan cannot depend on the time at which it is made.', 0);
    }
    return { expression: parseExpression(text), asJson };
  } catch (error) {
    if (!(error instanceof ExpressionError || error instanceof BuildTemplateError)) throw error;
    // A rewritten text or a loop's list has other offsets than what is written; then the start has to do.
    const within = source.startsWith('[') || source.includes('|') ? 0 : error.offset;
    throw new BuildTemplateError(error.code, error.message, offset + within);
  }
}
