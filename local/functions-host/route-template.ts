import { HostStartError } from './errors.ts';

export interface RouteTemplate {
  /** One number a segment, smaller for the more specific. */
  readonly ranks: readonly number[];
  /** Values of the parameters if the decoded path segments fit. */
  match(segments: readonly string[]): Readonly<Record<string, string>> | undefined;
}

type Constraint = (value: string) => boolean;

interface Segment {
  readonly rank: number;
  readonly catchAll: boolean;
  readonly optional: boolean;
  /** Value of each parameter when the segment is absent from the path. */
  readonly defaults: Readonly<Record<string, string>>;
  match(text: string): Readonly<Record<string, string>> | undefined;
}

const RANK = { literal: 1, constrained: 2, parameter: 3, optional: 4, catchAll: 5 } as const;

const PARAMETER = /\{(\*{0,2})([^{}:?=]+)((?::[^{}:?=]+)*)(\?)?(?:=([^{}]*))?\}/g;

const CONSTRAINTS: Readonly<Record<string, (args: readonly number[]) => Constraint>> = {
  int: () => (value) => /^[-+]?\d+$/.test(value) && Math.abs(Number(value)) < 2 ** 31,
  long: () => (value) => /^[-+]?\d{1,19}$/.test(value),
  bool: () => (value) => /^(true|false)$/i.test(value),
  guid: () => (value) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  decimal: () => isNumeric,
  double: () => isNumeric,
  float: () => isNumeric,
  required: () => (value) => value !== '',
  length:
    ([min = 0, max = min]) =>
    (value) =>
      value.length >= min && value.length <= max,
  minlength:
    ([min = 0]) =>
    (value) =>
      value.length >= min,
  maxlength:
    ([max = 0]) =>
    (value) =>
      value.length <= max,
  min:
    ([min = 0]) =>
    (value) =>
      isNumeric(value) && Number(value) >= min,
  max:
    ([max = 0]) =>
    (value) =>
      isNumeric(value) && Number(value) <= max,
  range:
    ([min = 0, max = 0]) =>
    (value) =>
      isNumeric(value) && Number(value) >= min && Number(value) <= max,
};

/**
 * Parses an ASP.NET route template: `literal`, `{p}`, `{p?}`, `{p=default}`, `{p:int}`, `{*rest}`; case is ignored.
 *
 * @throws HostStartError `route_invalid`
 */
export function parseTemplate(template: string): RouteTemplate {
  const segments = template
    .split('/')
    .filter((text) => text !== '')
    .map((text) => parseSegment(text, template));
  return { ranks: segments.map(({ rank }) => rank), match: (path) => matchSegments(segments, path) };
}

function matchSegments(segments: readonly Segment[], path: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const text = segment.catchAll ? path.slice(index).join('/') : path[index];
    if (text === undefined || (segment.catchAll && text === '')) {
      if (!segment.optional) return undefined;
      Object.assign(params, segment.defaults);
      continue;
    }
    const values = segment.match(text);
    if (values === undefined) return undefined;
    Object.assign(params, values);
    if (segment.catchAll) return params;
  }
  return path.length > segments.length ? undefined : params;
}

function parseSegment(text: string, template: string): Segment {
  const parameters = [...text.matchAll(PARAMETER)].map((match) => {
    const [whole, stars = '', name = '', constraints = '', question, fallback] = match;
    return {
      whole,
      name,
      catchAll: stars !== '',
      checks: constraints
        .split(':')
        .slice(1)
        .map((constraint) => parseConstraint(constraint, template)),
      optional: question !== undefined || fallback !== undefined || stars !== '',
      fallback,
    };
  });
  if (/[{}]/.test(text.replace(PARAMETER, ''))) throw invalid(template, `the segment "${text}" cannot be read`);
  const alone = parameters.length === 1 && parameters[0]?.whole === text;
  const pattern = segmentPattern(text);
  const [first] = parameters;
  const optional = alone && first?.optional === true;
  const catchAll = alone && first?.catchAll === true;
  return {
    rank: rankOf({ literal: first === undefined, catchAll, optional, constrained: !alone || first?.checks.length !== 0 }),
    optional,
    catchAll,
    defaults: Object.fromEntries(parameters.flatMap(({ name, fallback }) => (fallback === undefined ? [] : [[name, fallback]]))),
    match: (value) => {
      const values = pattern.exec(value)?.slice(1);
      if (values === undefined) return undefined;
      const fits = parameters.every(({ checks }, index) => checks.every((check) => check(values[index] ?? '')));
      return fits ? Object.fromEntries(parameters.map(({ name }, index) => [name, values[index] ?? ''])) : undefined;
    },
  };
}

function rankOf(is: { literal: boolean; catchAll: boolean; optional: boolean; constrained: boolean }): number {
  if (is.literal) return RANK.literal;
  if (is.catchAll) return RANK.catchAll;
  if (is.optional) return RANK.optional;
  return is.constrained ? RANK.constrained : RANK.parameter;
}

function segmentPattern(text: string): RegExp {
  const literals = text.split(new RegExp(PARAMETER.source.replaceAll(/\((?!\?)/g, '(?:'), 'g'));
  return new RegExp(`^${literals.map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('(.+)')}$`, 'is');
}

function parseConstraint(text: string, template: string): Constraint {
  const match = /^([a-z]+)(?:\(([^()]*)\))?$/i.exec(text);
  const name = match?.[1]?.toLowerCase() ?? '';
  const make = Object.hasOwn(CONSTRAINTS, name) ? CONSTRAINTS[name] : undefined;
  if (make === undefined) throw invalid(template, `the constraint "${text}" is not known to this host`);
  return make(
    (match?.[2] ?? '')
      .split(',')
      .filter((part) => part !== '')
      .map(Number),
  );
}

function isNumeric(value: string): boolean {
  return value.trim() !== '' && Number.isFinite(Number(value));
}

function invalid(template: string, reason: string): HostStartError {
  return new HostStartError('route_invalid', `The route "${template}" is not valid: ${reason}.`);
}
