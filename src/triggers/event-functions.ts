import { ExpressionError } from '../expression/errors.ts';
import { parseExpression } from '../expression/expression.ts';
import { isJsonArray, type JsonObject, type JsonValue } from '../json.ts';
import type { Path } from '../pipeline/documents.ts';
import { type EventValue, EventValueError, parseEventValue } from './event-value.ts';
import { type Rejection, read, refuse } from './rejection.ts';
import type { EventFunction, Trigger } from './trigger.ts';
import type { Report } from './trigger-report.ts';

type EventFunctions = Pick<Trigger, 'key' | 'when' | 'input'>;

/** Compiles what a trigger computes from its events: `key`, `when` and `input`. */
export function compileEventFunctions(spec: JsonObject, report: Report): EventFunctions {
  const key = compileKey(spec['key'], report);
  const when = compileWhen(spec['when'], report);
  const input = compileInput(spec['input'], report);
  return {
    ...(key === undefined ? {} : { key }),
    ...(when === undefined ? {} : { when }),
    ...(input === undefined ? {} : { input }),
  };
}

function compileKey(source: JsonValue | undefined, report: Report): EventFunction | undefined {
  if (source === undefined || source === null) return undefined;
  if (typeof source !== 'string') {
    const remedy = "Write a path or an expression: 'key: body.orderId'.";
    report({ code: 'field_type', path: ['key'], message: "'key' must be text.", remedy });
    return undefined;
  }
  const value = reportingErrors(['key'], report, () => parseEventValue(source));
  if (value === undefined) return undefined;
  return guarded(value, (reason) => refuse('idempotency_key_missing', `There is no idempotency key: ${reason}.`).rejection);
}

function compileWhen(source: JsonValue | undefined, report: Report): EventFunction | undefined {
  if (source === undefined || source === null || source === true) return undefined;
  if (source === false) return () => read(false);
  if (typeof source !== 'string') {
    const remedy = "Write an expression: 'when: body.total > 0'.";
    report({ code: 'field_type', path: ['when'], message: "'when' must be an expression.", remedy });
    return undefined;
  }
  const value = reportingErrors(['when'], report, () => {
    parseExpression(source);
    return parseEventValue(`bool(${source})`);
  });
  return value === undefined ? undefined : guarded(value, (reason) => failed("the trigger's 'when'", reason));
}

function compileInput(source: JsonValue | undefined, report: Report): EventFunction | undefined {
  if (source === undefined || source === null) return undefined;
  const value = compileMapping(source, ['input'], report);
  return guarded(value, (reason) => failed("the trigger's 'input'", reason));
}

/** Texts are paths and expressions at any depth; everything else is what it is. */
function compileMapping(source: JsonValue, path: Path, report: Report): EventValue {
  if (typeof source === 'string') return reportingErrors(path, report, () => parseEventValue(source)) ?? (() => null);
  if (isJsonArray(source)) {
    const items = source.map((item, index) => compileMapping(item, [...path, index], report));
    return (event) => items.map((item) => item(event));
  }
  if (typeof source !== 'object' || source === null) return () => source;
  const members = Object.entries(source).map(([name, item]) => [name, compileMapping(item, [...path, name], report)] as const);
  return (event) => Object.fromEntries(members.map(([name, item]) => [name, item(event)]));
}

function reportingErrors(path: Path, report: Report, parse: () => EventValue): EventValue | undefined {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report({ code: error.code, path, offset: error.offset, message: error.message });
    return undefined;
  }
}

function guarded(value: EventValue, toRejection: (reason: string) => Rejection): EventFunction {
  return (event) => {
    try {
      return read(value(event));
    } catch (error) {
      if (!(error instanceof ExpressionError || error instanceof EventValueError)) throw error;
      return { kind: 'refused', rejection: toRejection(error.message.replace(/\.$/, '')) };
    }
  };
}

function failed(what: string, reason: string): Rejection {
  return refuse('mapping_failed', `The event cannot be mapped by ${what}: ${reason}.`).rejection;
}
