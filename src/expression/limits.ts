export const MAX_SOURCE_LENGTH = 10_000;
/** Brackets within brackets. */
export const MAX_NESTING = 64;
/** Levels of the syntax tree; `1 + 1 + 1` has one for each operator. */
export const MAX_TREE_DEPTH = 250;
export const MAX_STEPS = 500_000;
export const MAX_ITEMS = 100_000;
export const MAX_TEXT_LENGTH = 1_000_000;
/** Characters that cost as much as one step. */
export const CHARACTERS_PER_STEP = 64;
/** Work that takes much longer than other steps. */
export const DECIMAL_STEPS = 20;
export const FORMAT_STEPS = 10;
/** Levels of lists and mappings that a comparison, a text or a result follows. */
export const MAX_DATA_DEPTH = 200;
/** Filters of one insertion in a template. */
export const MAX_FILTERS = 16;
/** Parsed expressions and templates that are kept. */
export const CACHE_SIZE = 1_000;
