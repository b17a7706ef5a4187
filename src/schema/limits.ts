/** Problems told of one value; a list of thousands helps nobody. */
export const MAX_PROBLEMS = 20;

/** Of one type. */
export const MAX_PATTERNS = 10;
export const MAX_PATTERN_LENGTH = 1_000;
/** The sum of all `{n,m}` of a pattern. */
export const MAX_PATTERN_REPETITIONS = 1_000;
/** Instructions of a compiled pattern. */
export const MAX_PATTERN_SIZE = 1_000;
/** Instructions times characters of the text: a quarter of a second at worst. */
export const MAX_PATTERN_WORK = 20_000_000;
