import type { z } from 'zod';
import { isJsonObject, type JsonValue } from '../json.ts';
import { pathText } from '../schema/problem.ts';
import { read } from '../triggers/rejection.ts';
import { readJson } from '../triggers/strict-json.ts';
import type { ApiRequest, ApiResponse } from './api-message.ts';
import { problem, rejectionProblem } from './problem.ts';

/**
 * What a request says besides what its path does. It may say nothing. Members that it does not know are refused: whoever sends one
 * expects an effect that it would not have.
 */
export function readMembers<Schema extends z.ZodObject>(
  { body }: ApiRequest,
  schema: Schema,
): { readonly value: z.infer<Schema> } | { readonly problem: ApiResponse } {
  const json = body.byteLength === 0 ? read<JsonValue>({}) : readJson(body);
  if (json.kind === 'refused') return { problem: rejectionProblem(json.rejection) };
  const known = Object.keys(schema.shape);
  if (!isJsonObject(json.value)) return { problem: fieldProblem('field_type', 'The body must be a JSON object, or empty.', '$') };
  const unknown = Object.keys(json.value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const path = pathText([unknown]);
    return { problem: fieldProblem('field_unknown', `The body's ${path} is not known. Known: ${known.join(', ')}.`, path) };
  }
  const result = schema.safeParse(json.value);
  if (result.success) return { value: result.data };
  const [issue] = result.error.issues;
  const name = String(issue?.path[0]);
  return { problem: fieldProblem('field_type', `'${name}' is not what it must be: ${issue?.message}.`, `$.${name}`) };
}

function fieldProblem(code: string, detail: string, path: string): ApiResponse {
  return problem({ status: 400, code, detail, more: { path } });
}
