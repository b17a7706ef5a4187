/**
 * On a schema of the short form: its fields are coerced by their `type` before they are checked, and absent ones get their `default`.
 * Schemas without it only check.
 */
export const COERCE = 'x-hexdag-coerce';

/** On a field of such a schema: how a value is cleaned. See `Sanitizer`. */
export const SANITIZE = 'x-hexdag-sanitize';
