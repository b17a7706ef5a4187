import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { ConfiguredCatalog } from './catalog.ts';
import { checkConfig } from './check-config.ts';
import type { Path } from './documents.ts';
import { didYouMean } from './near-match.ts';
import type { PlanPort } from './plan.ts';
import type { Report } from './report.ts';
import { mappingExpected } from './schema-problems.ts';

export type MiddlewareStack = PlanPort['middleware'];

const ENTRY_KEYS = ['name', 'options'];

/**
 * Reads a `middleware` key: the name of a stack or of one middleware, or a list whose items are names, `{name: {option: value}}`
 * or `{name, options}`.
 */
export class MiddlewareReader {
  readonly #stacks: ReadonlyMap<string, MiddlewareStack>;
  readonly #known: ConfiguredCatalog | undefined;
  readonly #report: Report;

  constructor(stacks: ReadonlyMap<string, MiddlewareStack>, known: ConfiguredCatalog | undefined, report: Report) {
    this.#stacks = stacks;
    this.#known = known;
    this.#report = report;
  }

  read(value: JsonValue, path: Path): MiddlewareStack {
    if (typeof value === 'string') return this.#named(value, undefined, path);
    if (isJsonObject(value)) return this.#mapping(value, path);
    if (Array.isArray(value)) return value.flatMap((item: JsonValue, index) => this.#item(item, [...path, index]));
    this.#reportType(path);
    return [];
  }

  #item(value: JsonValue, path: Path): MiddlewareStack {
    if (typeof value === 'string') return this.#named(value, undefined, path);
    if (isJsonObject(value)) return this.#mapping(value, path);
    this.#reportType(path);
    return [];
  }

  #mapping(value: JsonObject, path: Path): MiddlewareStack {
    const { name, options } = value;
    if (typeof name === 'string') {
      this.#report.unknownKeys(value, path, ENTRY_KEYS);
      return this.#named(name, options, [...path, 'name'], [...path, 'options']);
    }
    return Object.entries(value).flatMap(([key, written]) => this.#named(key, written, [...path, key], [...path, key]));
  }

  #options(value: JsonValue | undefined, path: Path): JsonObject {
    if (value === undefined || value === null) return {};
    if (isJsonObject(value)) return value;
    this.#report.error(path, mappingExpected('The options of a middleware', 'Write a mapping of options, or nothing.'));
    return {};
  }

  #named(name: string, written: JsonValue | undefined, path: Path, optionsPath = path): MiddlewareStack {
    const options = this.#options(written, optionsPath);
    const stack = this.#stacks.get(name);
    if (stack !== undefined) return stack;
    checkConfig(options, {
      problemsOf: (given) => this.#known?.problemsOf?.(name, given) ?? [],
      place: (at) => ({ report: this.#report, path: [...optionsPath, ...at] }),
      code: 'middleware_options_invalid',
      owner: `middleware '${name}'`,
    });
    if (this.#known !== undefined && !this.#known.has(name)) {
      const names = [...this.#stacks.keys(), ...this.#known.names()];
      const remedy = didYouMean(name, names) ?? `Known are: ${names.join(', ')}.`;
      this.#report.error(path, { code: 'middleware_unknown', message: `There is no middleware '${name}'.`, remedy });
    }
    return [{ name, options }];
  }

  #reportType(path: Path): void {
    const message = "'middleware' must be a name or a list of names.";
    this.#report.error(path, {
      code: 'type_list',
      message,
      remedy: 'Write [retry_with_backoff, {timeout: {timeout_seconds: 30}}].',
    });
  }
}
