import type { z } from 'zod';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { SourceDocument } from './documents.ts';
import { headSchema, SPEC_KEYS } from './head-schema.ts';
import { INACTIVE_SPEC_KEYS, warnOfInactive } from './inactive-keys.ts';
import type { Report } from './report.ts';
import { problemsOf, unknownKey } from './schema-problems.ts';

export type Head = z.infer<typeof headSchema>;

const API_VERSIONS: ReadonlySet<string> = new Set(['hexdag/v1', 'v1']);
const REMOVED_KEY = 'common_field_mappings';

/** Checks a pipeline apart from what has a reader of its own. Undefined (reported) if it has no name or no list of nodes. */
export function readHead({ value }: SourceDocument, report: Report): Head | undefined {
  const parsed = headSchema.safeParse(value);
  for (const problem of parsed.success ? [] : problemsOf(parsed.error, value)) report.problem(problem);
  const { apiVersion, spec } = value;
  if (typeof apiVersion === 'string' && !API_VERSIONS.has(apiVersion)) {
    const message = `'${apiVersion}' is not a version of the language that is known here.`;
    const remedy = `Write ${[...API_VERSIONS].join(' or ')}.`;
    report.warning(['apiVersion'], { code: 'api_version_unsupported', message, remedy });
  }
  if (isJsonObject(spec)) checkKeys(spec, report);
  return parsed.data;
}

function checkKeys(spec: JsonObject, report: Report): void {
  for (const key of Object.keys(spec)) {
    if (SPEC_KEYS.includes(key)) continue;
    const inactive = Object.hasOwn(INACTIVE_SPEC_KEYS, key) ? INACTIVE_SPEC_KEYS[key] : undefined;
    if (inactive !== undefined) {
      warnOfInactive(spec[key], ['spec', key], inactive, report);
      continue;
    }
    const problem = unknownKey(['spec', key], key, [...SPEC_KEYS, ...Object.keys(INACTIVE_SPEC_KEYS)]);
    if (key === REMOVED_KEY) {
      const message = `'${key}' is no longer part of the language.`;
      report.problem({
        ...problem,
        code: 'key_removed',
        message,
        remedy: "Write an 'input_mapping' in each node that needs it.",
      });
    } else report.problem(problem, 'warning');
  }
}

/** The list of nodes; what is wrong with the key itself is told by the schema. */
export function nodesOf({ value: { spec } }: SourceDocument, report: Report): readonly JsonValue[] {
  const nodes = isJsonObject(spec) && Array.isArray(spec['nodes']) ? spec['nodes'] : undefined;
  if (nodes?.length === 0) {
    const message = 'The pipeline has no nodes.';
    report.warning(['spec', 'nodes'], { code: 'nodes_empty', message, remedy: 'Add a node.' });
  }
  return nodes ?? [];
}
