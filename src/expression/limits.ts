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
/** Parsed expressions and templates that are kept. */
export const CACHE_SIZE = 1_000;
