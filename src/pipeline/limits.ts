/** Values that all aliases of a document together may expand to. */
export const MAX_ALIAS_VALUES = 10_000;
export const MAX_ATTEMPTS = 100;
export const DEFAULT_RETRY_DELAY_MS = 1_000;
export const DEFAULT_RETRY_BACKOFF = 2;
export const DEFAULT_RETRY_MAX_DELAY_MS = 60_000;
export const MAX_RETRY_DELAY_MS = 24 * 60 * 60 * 1000;
