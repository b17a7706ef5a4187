import { STATUS_CODES } from 'node:http';
import type { JsonValue } from '../json.ts';
import type { Rejection, RejectionCode } from '../triggers/rejection.ts';
import type { ApiResponse } from './api-message.ts';

export interface Problem {
  readonly status: number;
  /** Stable: what programs branch on. */
  readonly code: string;
  /** One sentence for people. */
  readonly detail: string;
  /** Further members. */
  readonly more?: Readonly<Record<string, JsonValue>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An RFC 9457 problem document. */
export function problem({ status, code, detail, more = {}, headers = {} }: Problem): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, code, detail, ...more },
  };
}

/** The status that goes with the code of a rejection. */
export const REJECTION_STATUS: Readonly<Record<RejectionCode, number>> = {
  archive_unreadable: 422,
  attribute_empty: 400,
  attribute_encoding: 400,
  attribute_missing: 400,
  attribute_type: 400,
  batch_item_invalid: 400,
  batch_too_large: 413,
  body_empty: 400,
  body_encoding: 400,
  body_not_json: 400,
  body_too_large: 413,
  charset_unsupported: 415,
  claim_check_invalid: 400,
  claim_hash_mismatch: 422,
  claim_not_found: 422,
  claim_path_invalid: 400,
  data_conflict: 400,
  document_empty: 422,
  document_encrypted: 422,
  document_too_large: 413,
  encoding_unsupported: 415,
  header_forbidden: 400,
  entry_path: 422,
  entry_type: 422,
  expansion_ratio: 413,
  idempotency_key_missing: 400,
  idempotency_key_too_long: 400,
  idempotency_payload_mismatch: 422,
  json_depth: 400,
  json_duplicate_key: 400,
  json_forbidden_key: 400,
  mapping_failed: 422,
  media_type_missing: 415,
  media_type_unsupported: 415,
  number_not_finite: 400,
  number_precision: 400,
  path_control: 400,
  path_invalid: 400,
  path_length: 400,
  pipeline_unknown: 422,
  pipeline_version_missing: 422,
  property_type: 400,
  schema_violation: 422,
  size_mismatch: 422,
  specversion_unsupported: 400,
  type_mismatch: 415,
  type_not_accepted: 415,
};

export function rejectionProblem({ code, message, path, offset, faults, runId, item }: Rejection): ApiResponse {
  const more = {
    ...(path === undefined ? {} : { path }),
    ...(offset === undefined ? {} : { offset }),
    ...(faults === undefined ? {} : { faults: faults.map((fault) => ({ ...fault })) }),
    ...(runId === undefined ? {} : { runId }),
    ...(item === undefined ? {} : { index: item.index, cause: item.code }),
  };
  return problem({ status: REJECTION_STATUS[code], code, detail: message, more });
}
