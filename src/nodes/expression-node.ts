import { z } from 'zod';
import { ExpressionError } from '../expression/errors.ts';
import { evaluate, parseExpression } from '../expression/expression.ts';
import { FUNCTION_NAMES } from '../expression/functions.ts';
import { type Lookup, toLookup } from '../expression/scope.ts';
import { isTemplate, parseTemplate, renderTemplate } from '../expression/template.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import { didYouMean } from '../pipeline/near-match.ts';
import type { DefinedName, ReferenceSite, ReportProblem } from '../pipeline/node-definition.ts';
import { PermanentError } from './errors.ts';
import { MERGE_STRATEGIES, mergeResults } from './merge.ts';
import type { Evaluation, PureNodeKind } from './node-kind.ts';
import type { StepRegistry } from './steps.ts';

const merging = {
  merge_strategy: z.enum(MERGE_STRATEGIES).optional(),
  reducer: z.string().optional(),
  extract_field: z.string().optional(),
  /** Which expressions (or input fields) make up the result; all expressions by default. */
  output_fields: z.array(z.string()).optional(),
};

const schema = z.object({ expressions: z.record(z.string(), z.json()).optional(), ...merging });

/** As plans carry it: expressions as a list, because later ones may use earlier ones and a mapping's order is not kept. */
const planned = z.object({ expressions: z.array(z.tuple([z.string(), z.json()])), ...merging });

/** Only so that the compiler follows. */
const plannedSpec = z.record(z.string(), z.json());

/** Computes values from the node's input and other nodes' results, or merges those results. */
export function expressionNode(steps: StepRegistry): PureNodeKind {
  return {
    kind: 'expression_node',
    aliases: ['core:expression_node'],
    schema,
    role: 'pure',
    references,
    definedNames,
    resolve: (spec, report) => resolve(spec, steps, report),
    evaluate: (spec, evaluation) => evaluateNode(spec, steps, evaluation),
  };
}

function references(spec: JsonObject): readonly ReferenceSite[] {
  const expressions = isJsonObject(spec['expressions']) ? spec['expressions'] : {};
  const sites: ReferenceSite[] = [];
  const locals: string[] = isJsonObject(spec['expressions']) && spec['merge_strategy'] !== undefined ? ['merged'] : [];
  for (const [name, text] of Object.entries(expressions)) {
    if (typeof text === 'string') {
      sites.push({ path: ['expressions', name], text, grammar: 'template_or_expression', locals: [...locals] });
    }
    locals.push(name);
  }
  return sites;
}

function definedNames(spec: JsonObject): readonly DefinedName[] {
  const { expressions } = spec;
  return isJsonObject(expressions) ? Object.keys(expressions).map((name) => ({ name, path: ['expressions', name] })) : [];
}

function resolve(spec: JsonObject, steps: StepRegistry, report: ReportProblem): JsonObject {
  const { expressions = {}, ...rest } = schema.parse(spec);
  if (Object.keys(expressions).length === 0 && rest.merge_strategy === undefined) {
    const message = "An expression_node needs 'expressions' or 'merge_strategy'.";
    report({ path: [], code: 'field_missing', message, remedy: 'Write expressions: {name: expression}.' });
  }
  for (const name of Object.keys(expressions)) {
    if (!FUNCTION_NAMES.has(name)) continue;
    const message = `'${name}' is the name of a function and cannot name an expression.`;
    report({ path: ['expressions', name], code: 'name_conflict', message, remedy: 'Choose another name.' });
  }
  if (rest.merge_strategy === 'reduce' && steps.reducer(rest.reducer ?? '') === undefined) {
    const reducers = steps.names().filter((name) => steps.reducer(name) !== undefined);
    const remedy =
      didYouMean(rest.reducer ?? '', reducers) ?? "Use statistics.mean or builtins.sum, or register one: defineReducer('…', …).";
    report({ path: ['reducer'], code: 'reducer_unknown', message: `There is no reducer '${rest.reducer ?? ''}'.`, remedy });
  }
  return plannedSpec.parse({ ...rest, expressions: Object.entries(expressions) });
}

function evaluateNode(spec: JsonObject, steps: StepRegistry, evaluation: Evaluation): JsonValue {
  const {
    expressions,
    output_fields: fields,
    merge_strategy: strategy,
    extract_field: extractField,
    reducer,
  } = planned.parse(spec);
  const reduce = reducer === undefined ? undefined : steps.reducer(reducer);
  if (strategy === 'reduce' && reduce === undefined) {
    throw new PermanentError('reducer_unknown', `There is no reducer '${reducer ?? ''}' in this build. Register it again.`);
  }
  const merged = strategy === undefined ? undefined : mergeResults({ strategy, extractField, reduce }, evaluation.dependencies);
  if (merged !== undefined && expressions.length === 0) return { result: merged };

  const values = new Map<string, JsonValue>();
  const lookup = layeredLookup(values, merged, evaluation);
  for (const [name, source] of expressions) values.set(name, computeNamed(name, source, lookup, evaluation.now));
  const wanted = fields ?? [...values.keys()];
  return Object.fromEntries(
    wanted.flatMap((name) => {
      const value = values.has(name) ? values.get(name) : fieldOf(evaluation.input, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Earlier expressions first, then what was merged, then the node's scope. */
function layeredLookup(values: ReadonlyMap<string, JsonValue>, merged: JsonValue | undefined, { scope }: Evaluation): Lookup {
  const outer = toLookup(scope);
  const context: JsonObject = isJsonObject(merged) ? merged : merged === undefined ? {} : { merged };
  return (name) => {
    if (values.has(name)) return values.get(name);
    return Object.hasOwn(context, name) ? context[name] : outer(name);
  };
}

/** An error tells which of the expressions it comes from. */
function computeNamed(name: string, source: JsonValue, lookup: Lookup, now: number): JsonValue {
  try {
    return computeValue(source, lookup, now);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new ExpressionError(error.code, `In expression '${name}': ${error.message}`, error.offset);
  }
}

function computeValue(source: JsonValue, lookup: Lookup, now: number): JsonValue {
  if (typeof source !== 'string') return source;
  if (isTemplate(source)) return renderTemplate(parseTemplate(source), lookup);
  return evaluate(parseExpression(source), lookup, { now });
}

function fieldOf(value: JsonValue, name: string): JsonValue | undefined {
  return isJsonObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
