import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { AdapterCatalog, Catalog } from './catalog.ts';
import { type ConfigPlace, checkConfig, type ProblemsOf, withRenderedScalars } from './check-config.ts';
import type { Definitions } from './definitions.ts';
import type { Path } from './documents.ts';
import { MiddlewareReader } from './middleware.ts';
import { didYouMean } from './near-match.ts';
import type { PlanAdapter, PlanPort } from './plan.ts';
import type { Report } from './report.ts';
import { describe, mappingExpected, nearOf } from './schema-problems.ts';
import { valueAt } from './value-at.ts';
import { readConfig, type WrittenConfig } from './written-config.ts';

const ADAPTER_KEYS = ['adapter', 'name', 'config', 'params', 'ref'];
const PORT_KEYS = [...ADAPTER_KEYS, 'adapters', 'strategy', 'middleware'];
const STRATEGIES = ['round_robin', 'failover'] as const;

/** Reads mappings of ports, such as `spec.ports`. What is wrong is reported and left out. */
export class PortReader {
  readonly #definitions: Definitions;
  readonly #adapters: AdapterCatalog | undefined;
  readonly #middleware: MiddlewareReader;
  readonly #report: Report;
  readonly #isRendered: boolean;

  /** @param isRendered whether all texts come from templates, so that a number may be written as a text */
  constructor(definitions: Definitions, { adapters, middleware }: Catalog, report: Report, isRendered = false) {
    this.#definitions = definitions;
    this.#adapters = adapters;
    this.#middleware = new MiddlewareReader(definitions.stacks, middleware, report);
    this.#report = report;
    this.#isRendered = isRendered;
  }

  read(ports: JsonValue, path: Path): Readonly<Record<string, PlanPort>> {
    if (!isJsonObject(ports)) {
      this.#report.error(path, mappingExpected("'ports'", 'Write one "name: {adapter: …}" a line.'));
      return {};
    }
    return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, this.#port(name, port, [...path, name])]));
  }

  #port(name: string, value: JsonValue, path: Path): PlanPort {
    if (!isJsonObject(value)) {
      const remedy = typeof value === 'string' ? `Write {adapter: ${value}}.` : 'Write {adapter: …, config: {…}}.';
      this.#report.error(path, mappingExpected(`Port '${name}'`, remedy));
      return { adapters: [], middleware: [] };
    }
    this.#report.unknownKeys(value, path, PORT_KEYS);
    const { adapters, strategy, middleware } = value;
    const stack = middleware === undefined ? [] : this.#middleware.read(middleware, [...path, 'middleware']);
    if (adapters === undefined) {
      if (strategy !== undefined) {
        const message = `Port '${name}' has a 'strategy' but no 'adapters'.`;
        this.#error([...path, 'strategy'], 'strategy_without_adapters', message, "Add 'adapters', or remove 'strategy'.");
      }
      return { adapters: this.#adapter(name, value, path), middleware: stack };
    }
    const pool = { adapters: this.#pool(name, adapters, value, path), middleware: stack };
    const chosen = STRATEGIES.find((known) => known === strategy);
    if (chosen === undefined && strategy !== undefined) {
      const message = `'strategy' of port '${name}' cannot be ${describe(strategy)}.`;
      const remedy = nearOf(strategy, STRATEGIES) ?? `Use ${STRATEGIES.join(' or ')}.`;
      this.#error([...path, 'strategy'], 'value_invalid', message, remedy);
    }
    return chosen === undefined ? pool : { ...pool, strategy: chosen };
  }

  #pool(name: string, adapters: JsonValue, port: JsonObject, path: Path): readonly PlanAdapter[] {
    const single = ['adapter', 'ref', 'name'].filter((key) => Object.hasOwn(port, key));
    if (single.length > 0) {
      const message = `Port '${name}' has both 'adapters' and '${single.join("', '")}'.`;
      this.#error(path, 'port_ambiguous', message, "Keep 'adapters' for several, or 'adapter' for one.");
    }
    if (!Array.isArray(adapters) || adapters.length === 0) {
      const message = `'adapters' of port '${name}' must be a list with at least one adapter.`;
      this.#error([...path, 'adapters'], 'type_list', message, 'Write [{adapter: …}, {adapter: …}].');
      return [];
    }
    return adapters.flatMap((member: JsonValue, index) => {
      const memberPath = [...path, 'adapters', index];
      if (!isJsonObject(member)) {
        this.#report.error(memberPath, mappingExpected('An adapter', 'Write {adapter: …, config: {…}}.'));
        return [];
      }
      this.#report.unknownKeys(member, memberPath, ADAPTER_KEYS);
      return this.#adapter(name, member, memberPath);
    });
  }

  /** The adapter that a port or a member of a pool names; none if it names none that can be used. */
  #adapter(port: string, value: JsonObject, path: Path): readonly PlanAdapter[] {
    const { ref, adapter = value['name'] } = value;
    const config = readConfig(value, path, this.#report);
    if (ref !== undefined && adapter !== undefined) {
      const message = `Port '${port}' names both an adapter and a 'ref'.`;
      this.#error(path, 'port_ambiguous', message, "Keep 'ref' for an Adapter document, or 'adapter' for a registered one.");
      return [];
    }
    if (ref !== undefined) return this.#referenced(port, ref, config, path);
    const adapterPath = [...path, value['adapter'] === undefined && adapter !== undefined ? 'name' : 'adapter'];
    if (typeof adapter !== 'string' || adapter === '') {
      const code = adapter === undefined ? 'adapter_missing' : 'type_string';
      this.#error(adapterPath, code, `Port '${port}' names no adapter.`, "Add 'adapter: <name>', or 'ref: <Adapter document>'.");
      return [];
    }
    this.#checkAdapter(port, adapter, adapterPath);
    const place: ConfigPlace = (at) => ({ report: this.#report, path: [...config.path, ...at] });
    return [{ adapter, config: this.#checkConfig(adapter, config.value, place) }];
  }

  #referenced(port: string, ref: JsonValue, config: WrittenConfig, path: Path): readonly PlanAdapter[] {
    const { adapters } = this.#definitions;
    const found = typeof ref === 'string' ? adapters.get(ref) : undefined;
    if (found === undefined) {
      const none = 'Define it in a document of this file: kind: Adapter.';
      const remedy = nearOf(ref, adapters.keys()) ?? none;
      this.#error([...path, 'ref'], 'adapter_ref_unknown', `There is no Adapter document ${describe(ref)}.`, remedy);
      return [];
    }
    this.#checkAdapter(port, found.adapter, [...path, 'ref']);
    const own = config.value;
    const place: ConfigPlace = (at) => {
      const isOwn = config.isWritten && (valueAt(own, at) !== undefined || valueAt(found.config.value, at) === undefined);
      if (isOwn) return { report: this.#report, path: [...config.path, ...at] };
      return { report: found.report, path: [...found.config.path, ...at] };
    };
    return [{ adapter: found.adapter, config: this.#checkConfig(found.adapter, { ...found.config.value, ...own }, place) }];
  }

  /** The configuration as the plan keeps it. What the adapter could not be made with is reported. */
  #checkConfig(adapter: string, written: JsonObject, place: ConfigPlace): JsonObject {
    const problemsOf: ProblemsOf = (config) => this.#adapters?.problemsOf?.(adapter, config) ?? [];
    const config = this.#isRendered ? withRenderedScalars(written, problemsOf) : written;
    checkConfig(config, { problemsOf, place, code: 'adapter_config_invalid', owner: `adapter '${adapter}'` });
    return config;
  }

  #checkAdapter(port: string, adapter: string, path: Path): void {
    const known = this.#adapters;
    if (known === undefined) return;
    if (!known.has(adapter)) {
      const isKept = known.isUnavailable?.(adapter) === true;
      const message = isKept ? `The adapter '${adapter}' is not part of this build.` : `There is no adapter '${adapter}'.`;
      const remedy = didYouMean(adapter, known.names()) ?? `Use ${[...known.names()].join(', ')}, or register it.`;
      this.#error(path, isKept ? 'adapter_unavailable' : 'adapter_unknown', message, remedy);
      return;
    }
    const fits = known.portsOf?.(adapter);
    if (fits === undefined || [...fits].includes(port)) return;
    const message = `The adapter '${adapter}' is made for the port ${[...fits].join(' or ')}, not for '${port}'.`;
    this.#report.warning(path, { code: 'adapter_port_mismatch', message, remedy: 'Choose another adapter, or rename the port.' });
  }

  #error(path: Path, code: string, message: string, remedy: string): void {
    this.#report.error(path, { code, message, remedy });
  }
}
