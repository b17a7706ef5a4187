/** One thing a schema found wrong: `$.total`, `minimum`, what it says. */
export interface SchemaFault {
  readonly path: string;
  readonly rule: string;
  readonly message: string;
}

/** Why something that came in is refused for good. Codes are stable; sending the same again ends the same way. */
export type RejectionCode =
  | 'archive_unreadable'
  | 'attribute_empty'
  | 'attribute_encoding'
  | 'attribute_missing'
  | 'attribute_type'
  | 'batch_item_invalid'
  | 'batch_too_large'
  | 'body_empty'
  | 'body_encoding'
  | 'body_not_json'
  | 'body_too_large'
  | 'charset_unsupported'
  | 'claim_check_invalid'
  | 'claim_hash_mismatch'
  | 'claim_not_found'
  | 'claim_path_invalid'
  | 'data_conflict'
  | 'document_empty'
  | 'document_encrypted'
  | 'document_too_large'
  | 'encoding_unsupported'
  | 'entry_path'
  | 'entry_type'
  | 'expansion_ratio'
  | 'header_forbidden'
  | 'idempotency_key_missing'
  | 'idempotency_key_too_long'
  | 'idempotency_payload_mismatch'
  | 'json_depth'
  | 'json_duplicate_key'
  | 'json_forbidden_key'
  | 'mapping_failed'
  | 'media_type_missing'
  | 'media_type_unsupported'
  | 'number_not_finite'
  | 'number_precision'
  | 'path_control'
  | 'path_invalid'
  | 'path_length'
  | 'pipeline_unknown'
  | 'pipeline_version_missing'
  | 'property_type'
  | 'schema_violation'
  | 'size_mismatch'
  | 'specversion_unsupported'
  | 'type_mismatch'
  | 'type_not_accepted';

export interface Rejection {
  readonly code: RejectionCode;
  /** One sentence: the place, what is wrong, what to do. Never the value itself, but for the path of a claim check. */
  readonly message: string;
  /** Where in the body: `$.items[2].price`. */
  readonly path?: string;
  /** Byte of the body at which reading stopped, counted from 0. */
  readonly offset?: number;
  readonly faults?: readonly SchemaFault[];
  /** The run that holds the key already. */
  readonly runId?: string;
  /** Which item of a batch it is, counted from 0, and its own code. */
  readonly item?: { readonly index: number; readonly code: RejectionCode };
}

/** What reading gives: the thing itself, or why it is refused. */
export type Reading<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'refused'; readonly rejection: Rejection };

export function read<T>(value: T): Reading<T> {
  return { kind: 'read', value };
}

export function refuse(
  code: RejectionCode,
  message: string,
  more?: Omit<Rejection, 'code' | 'message'>,
): { kind: 'refused'; rejection: Rejection } {
  return { kind: 'refused', rejection: { code, message, ...more } };
}
