import type { z } from 'zod';
import type { JsonValue } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { IssueDetails } from './document-schema.ts';
import type { Path } from './documents.ts';
import { didYouMean } from './near-match.ts';
import { withoutSecrets } from './secret-forms.ts';
import { valueAt } from './value-at.ts';

/** A problem at a place of a document, still without a position. */
export interface Problem {
  readonly path: Path;
  /** Whether the key, rather than its value, is at fault. */
  readonly atKey: boolean;
  readonly code: string;
  readonly message: string;
  readonly remedy: string | undefined;
}

type Issue = z.core.$ZodIssue;

const TYPE_CODES: Readonly<Record<string, { code: string; remedy: string }>> = {
  string: { code: 'type_string', remedy: 'Quote it, so that it is text.' },
  boolean: { code: 'type_boolean', remedy: 'Write true or false.' },
  number: { code: 'type_number', remedy: 'Write a number without quotes.' },
  int: { code: 'integer_range', remedy: 'Write a whole number.' },
  array: { code: 'type_list', remedy: 'Write a list: [a, b], or one item a line after a dash.' },
  object: { code: 'type_mapping', remedy: 'Write a mapping: one "key: value" a line.' },
  record: { code: 'type_mapping', remedy: 'Write a mapping: one "key: value" a line.' },
};

/** Translates what zod found wrong with `value` into problems with stable codes. */
export function problemsOf(error: z.ZodError, value: JsonValue): readonly Problem[] {
  return error.issues.map((issue) => problemOf(issue, value));
}

function problemOf(issue: Issue, value: JsonValue): Problem {
  const path = issue.path.filter((segment) => typeof segment !== 'symbol');
  const name = path.length === 0 ? 'The value' : `'${path.join('.')}'`;
  const problem = (code: string, message: string, remedy: string | undefined): Problem => ({
    path,
    atKey: false,
    code,
    message,
    remedy,
  });
  const found = valueAt(value, path);
  switch (issue.code) {
    case 'invalid_type':
      if (found === undefined) return problem('field_missing', `${name} is missing.`, `Add ${name}.`);
      return problem(...wrongType(issue.expected, name, found));
    case 'invalid_union':
      if (found === undefined) return problem('field_missing', `${name} is missing.`, `Add ${name}.`);
      return problem(
        'type_invalid',
        `${name} has the wrong type: ${describe(found)}.`,
        'Write a text, or what the documentation of this key shows.',
      );
    case 'invalid_value': {
      if (found === undefined) return problem('field_missing', `${name} is missing.`, `Add ${name}: ${issue.values.join(', ')}.`);
      const values = issue.values.map(String);
      return problem(
        'value_invalid',
        `${name} cannot be ${describe(found)}.`,
        nearOf(found, values) ?? `Use ${values.join(', ')}.`,
      );
    }
    case 'too_small':
      return found === ''
        ? problem('value_empty', `${name} is empty.`, 'Give it a value.')
        : problem('integer_range', `${name} is too small: ${describe(found)}.`, `Write at least ${issue.minimum}.`);
    case 'too_big':
      return problem('integer_range', `${name} is too large: ${describe(found)}.`, `Write at most ${issue.maximum}.`);
    case 'custom': {
      const { code, remedy } = detailsOf(issue.params);
      return problem(code, `${name} ${issue.message}: ${describe(found)}.`, remedy);
    }
    default:
      return problem('value_invalid', `${name} is not valid: ${describe(found)}.`, remedyIn(issue));
  }
}

/** A schema's own message for a text of the wrong form says what to write; zod's does not. */
function remedyIn({ code, message }: Issue): string | undefined {
  return code === 'invalid_format' && !message.startsWith('Invalid') ? message : undefined;
}

/** `Did you mean 'x'?` for a value that may be anything. */
export function nearOf(found: JsonValue | undefined, names: Iterable<string>): string | undefined {
  return typeof found === 'string' ? didYouMean(found, names) : undefined;
}

/** What other tools call things. */
const SYNONYMS: ReadonlyMap<string, readonly string[]> = new Map([
  ['depends_on', ['dependencies']],
  ['needs', ['dependencies']],
  ['name', ['metadata']],
  ['if', ['when']],
  ['retries', ['max_retries']],
  ['retry', ['max_retries']],
  ['event', ['event_key']],
  ['step', ['fn']],
  ['function', ['fn']],
  ['handler', ['fn']],
  ['inputs', ['input_mapping']],
  ['mapping', ['input_mapping']],
  ['prompt', ['human_message', 'main_prompt']],
  ['body', ['json_body']],
  ['query', ['params']],
  ['schema', ['output_schema']],
]);

/** A key that nobody reads. */
export function unknownKey(path: Path, key: string, knownKeys: Iterable<string>): Problem {
  const known = [...knownKeys];
  const synonyms = (SYNONYMS.get(key) ?? []).filter((name) => known.includes(name)).map((name) => `'${name}'`);
  const meant = synonyms.length === 0 ? didYouMean(key, known) : `Did you mean ${synonyms.join(' or ')}?`;
  const remedy = meant ?? (known.length === 0 ? 'Remove it.' : `Known here: ${known.join(', ')}.`);
  return { path, atKey: true, code: 'field_unknown', message: `Nothing reads '${key}' here.`, remedy };
}

/** What to tell of a value that is no mapping, where no schema tells it. */
export function mappingExpected(what: string, remedy = 'Write one "key: value" a line.') {
  return { code: 'type_mapping', message: `${what} must be a mapping.`, remedy };
}

function wrongType(expected: string, name: string, found: JsonValue): [code: string, message: string, remedy: string] {
  const { code, remedy } = TYPE_CODES[expected] ?? { code: 'type_invalid', remedy: `Write a ${expected}.` };
  const message = `${name} has the wrong type: ${describe(found)}.`;
  if (code === 'type_boolean' && typeof found === 'string') {
    if (/^(?:yes|on)$/i.test(found)) return [code, message, 'Write true.'];
    if (/^(?:no|off)$/i.test(found)) return [code, message, 'Write false.'];
  }
  return [code, message, remedy];
}

function detailsOf(params: Readonly<Record<string, unknown>> | undefined): IssueDetails {
  const { code, remedy } = params ?? {};
  return { code: typeof code === 'string' ? code : 'value_invalid', remedy: typeof remedy === 'string' ? remedy : 'Correct it.' };
}

/** Shape and short content of a value; long ones are cut, and what looks like a secret is crossed out. */
export function describe(value: JsonValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (isJsonObject(value)) return 'a mapping';
  const text = withoutSecrets(JSON.stringify(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
