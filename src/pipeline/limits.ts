/** Names, values, brackets, line breaks and the like in a file; some four characters each are usual. */
export const MAX_YAML_TOKENS = 100_000;
/** Values that all aliases of a document together may expand to. */
export const MAX_ALIAS_VALUES = 10_000;
export const MAX_ATTEMPTS = 100;
export const DEFAULT_RETRY_DELAY_MS = 1_000;
export const DEFAULT_RETRY_BACKOFF = 2;
export const DEFAULT_RETRY_MAX_DELAY_MS = 60_000;
export const MAX_RETRY_DELAY_MS = 24 * 60 * 60 * 1000;
/** What a wait, or a node that steers others, may last: 366 days. */
export const MAX_RUN_MS = 366 * 24 * 60 * 60 * 1000;
/** Composite nodes within composite nodes. */
export const MAX_GRAPH_DEPTH = 16;
/** Macros that invoke macros. */
export const MAX_MACRO_DEPTH = 16;
export const DEFAULT_BODY_CONCURRENCY = 10;
/** What rendering the texts of one file, or those of its macros, may cost together, in steps of expressions. */
export const MAX_RENDER_STEPS = 2_000_000;
/** Files that include files. */
export const MAX_INCLUDE_DEPTH = 10;
/** Values that all includes of a document together may bring in. */
export const MAX_INCLUDED_VALUES = 100_000;
export const MAX_CONCURRENT_NODES = 1_000;
