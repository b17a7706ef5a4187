import { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { parseDuration } from '../pipeline/duration.ts';
import { DEFAULT_BODY_CONCURRENCY } from '../pipeline/limits.ts';
import { didYouMean } from '../pipeline/near-match.ts';
import type { BodySite, ReferenceSite, ReportProblem, Route, StepCatalog, Surroundings } from '../pipeline/node-definition.ts';
import { unknownKey } from '../pipeline/schema-problems.ts';
import { branchSchema, type CompositeSpec, compositeSchema, MODE_KEYS, REQUIRED_KEYS } from './composite-spec.ts';
import type { EngineNodeKind } from './node-kind.ts';

/** Steers inner graphs: one of several, or one again and again. */
export const compositeNode: EngineNodeKind = {
  kind: 'composite_node',
  aliases: ['core:composite_node'],
  schema: compositeSchema,
  role: 'composite',
  references,
  bodies,
  routes,
  resolve,
};

const DEFAULT_ITEM = 'item';
const DEFAULT_INDEX = 'index';
/** Only so that the compiler follows. */
const plannedSpec = z.record(z.string(), z.json());
/** What `while` binds where it tests and updates; `$body` is what the body gave last. */
const TURN_NAMES = ['$index', '$body', 'iteration', 'state'];
const BRANCH_KEYS = Object.keys(branchSchema.shape);

function references(spec: JsonObject): readonly ReferenceSite[] {
  const sites: ReferenceSite[] = [];
  const add = (path: readonly (string | number)[], text: JsonValue | undefined, bound: readonly string[] = []) => {
    if (typeof text === 'string') sites.push({ path, text, grammar: 'expression', locals: bound });
  };
  add(['condition'], spec['condition'], spec['mode'] === 'while' ? TURN_NAMES : []);
  add(['items'], spec['items']);
  for (const [index, branch] of branchesOf(spec).entries()) add(['branches', index, 'condition'], branch['condition']);
  for (const [name, text] of Object.entries(isJsonObject(spec['state_update']) ? spec['state_update'] : {})) {
    add(['state_update', name], text, TURN_NAMES);
  }
  return sites;
}

/** The names a loop binds for its body. */
function loopNames(spec: JsonObject): readonly string[] {
  const { item_var: item = DEFAULT_ITEM, index_var: index = DEFAULT_INDEX } = spec;
  const variable = (name: JsonValue) => (typeof name === 'string' ? [name] : []);
  const position = ['$index', '$total', '$is_first', '$is_last', ...variable(index)];
  if (spec['mode'] === 'for-each') return ['$item', ...position, ...variable(item)];
  if (spec['mode'] === 'times') return position;
  return spec['mode'] === 'while' ? ['$item', '$index', 'iteration', 'state'] : [];
}

function branchesOf(spec: JsonObject): readonly JsonObject[] {
  const { branches } = spec;
  return Array.isArray(branches) ? branches.map((branch) => (isJsonObject(branch) ? branch : {})) : [];
}

function bodies(spec: JsonObject): readonly BodySite[] {
  const sites: BodySite[] = [];
  const { max_concurrent_nodes: concurrent, default_node_timeout: timeout } = spec;
  const graph = {
    locals: loopNames(spec),
    maxConcurrentNodes: typeof concurrent === 'number' ? concurrent : DEFAULT_BODY_CONCURRENCY,
    defaultTimeoutMs: parseDuration(timeout),
  };
  const add = (
    key: string,
    path: readonly (string | number)[],
    value: JsonValue | undefined,
    form: BodySite['form'] = 'inline',
  ) => {
    if (value !== undefined && value !== null) sites.push({ key, path, form, ...graph });
  };
  const { mode } = spec;
  if (mode === 'switch') {
    for (const [index, branch] of branchesOf(spec).entries()) add(String(index), ['branches', index, 'body'], branch['body']);
  } else {
    const main = mode === 'if-else' ? 'then' : 'body';
    add(main, ['body'], spec['body']);
    if (mode === 'if-else') add(main, ['then_body'], spec['then_body']);
    add(main, ['body_pipeline'], spec['body_pipeline'], 'file');
  }
  if (mode === 'switch' || mode === 'if-else') add('else', ['else_body'], spec['else_body']);
  return sites;
}

function routes(spec: JsonObject): readonly Route[] {
  if (spec['mode'] !== 'switch' || spec['route_downstream'] !== true) return [];
  const found: Route[] = [];
  for (const [index, { action }] of branchesOf(spec).entries()) {
    if (typeof action === 'string') found.push({ target: action, path: ['branches', index, 'action'] });
  }
  const { else_action: otherwise } = spec;
  if (typeof otherwise === 'string') found.push({ target: otherwise, path: ['else_action'] });
  return found;
}

function resolve(written: JsonObject, report: ReportProblem, { steps }: Surroundings): JsonObject {
  const spec = compositeSchema.parse(written);
  checkKeys(written, spec, report);
  checkBodies(spec, report);
  checkCollecting(spec, steps, report);
  return planned(spec);
}

function checkKeys(written: JsonObject, { mode, branches = [] }: CompositeSpec, report: ReportProblem): void {
  for (const key of REQUIRED_KEYS[mode]) {
    if (Object.hasOwn(written, key)) continue;
    report({ path: [], code: 'field_missing', message: `Mode ${mode} needs '${key}'.`, remedy: `Add '${key}'.` });
  }
  for (const key of Object.keys(written)) {
    if (MODE_KEYS[mode].has(key)) continue;
    const message = `'${key}' has no effect in mode ${mode}.`;
    report({ severity: 'warning', path: [key], code: 'key_of_other_mode', message, remedy: 'Remove it, or change the mode.' });
  }
  for (const [index, branch] of branches.entries()) {
    for (const key of Object.keys(branch)) {
      if (BRANCH_KEYS.includes(key)) continue;
      report({ severity: 'warning', ...unknownKey(['branches', index, key], key, BRANCH_KEYS) });
    }
  }
}

function checkBodies({ body, then_body: then, body_pipeline: file }: CompositeSpec, report: ReportProblem): void {
  const given = Object.entries({ body, then_body: then, body_pipeline: file }).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  const [first, second] = given.map(([key]) => key);
  if (first === undefined || second === undefined) return;
  const message = `'${first}' and '${second}' exclude each other.`;
  report({ path: [second], code: 'body_twice', message, remedy: 'Keep one of them.' });
}

function checkCollecting({ collect, reducer, key_field: key }: CompositeSpec, steps: StepCatalog, report: ReportProblem): void {
  if (collect === 'reduce' && !reducer) {
    const message = "To collect by 'reduce' needs a 'reducer'.";
    report({ path: ['collect'], code: 'field_missing', message, remedy: "Add 'reducer: <step>', such as builtins.sum." });
  }
  if (reducer && !steps.has(reducer)) {
    const remedy = didYouMean(reducer, steps.names()) ?? `Register it: defineStep('${reducer}', …) in steps/.`;
    report({ path: ['reducer'], code: 'reducer_unknown', message: `There is no reducer '${reducer}'.`, remedy });
  }
  for (const [field, value, wanted] of [
    ['reducer', reducer, 'reduce'],
    ['key_field', key, 'dict'],
  ] as const) {
    if (!value || collect === wanted) continue;
    const message = `'${field}' has no effect unless 'collect' is '${wanted}'.`;
    report({ severity: 'warning', path: [field], code: 'key_of_other_mode', message, remedy: `Write collect: ${wanted}.` });
  }
}

/** The spec with its defaults, as the engine reads it. */
function planned(spec: CompositeSpec): JsonObject {
  const { mode, condition, items, count, branches, else_action: otherwise, key_field: key, reducer } = spec;
  const { initial_state: state, state_update: update } = spec;
  const plan = {
    mode,
    ...(condition === undefined ? {} : { condition }),
    ...(items === undefined ? {} : { items }),
    item_var: spec.item_var ?? DEFAULT_ITEM,
    index_var: spec.index_var ?? DEFAULT_INDEX,
    ...(count === undefined ? {} : { count }),
    ...(state === undefined ? {} : { initial_state: state }),
    ...(update === undefined ? {} : { state_update: Object.entries(update) }),
    max_iterations: spec.max_iterations ?? 100,
    concurrency: spec.concurrency ?? 1,
    collect: spec.collect ?? 'list',
    ...(key ? { key_field: key } : {}),
    ...(reducer ? { reducer } : {}),
    error_handling: spec.error_handling ?? 'fail_fast',
    ...(branches === undefined ? {} : { branches: branches.map(plannedBranch) }),
    ...(otherwise ? { else_action: otherwise } : {}),
  };
  return plannedSpec.parse(plan);
}

function plannedBranch({ condition, action, body }: z.infer<typeof branchSchema>) {
  return { condition, ...(action ? { action } : {}), hasBody: body !== undefined && body !== null };
}
