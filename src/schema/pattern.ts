import { RE2JS } from 're2js';
import { messageOf } from '../errors.ts';
import { PatternError } from './errors.ts';
import { MAX_PATTERN_LENGTH, MAX_PATTERN_REPETITIONS, MAX_PATTERN_SIZE, MAX_PATTERN_WORK } from './limits.ts';

/** A regular expression whose matching takes time in proportion to the text, whatever the two are. */
export interface Pattern {
  readonly source: string;
  /**
   * The first match: its first group if it has one that took part, the whole of it otherwise; undefined if there is none.
   * @throws PatternError `pattern_limit`
   */
  find(text: string): string | undefined;
}

/**
 * Reads a pattern in RE2's syntax: that of JavaScript and Python without backreferences and lookaround, which cannot be matched in linear time.
 * @throws PatternError
 */
export function compilePattern(source: string): Pattern {
  if (source.length > MAX_PATTERN_LENGTH || repetitionsIn(source) > MAX_PATTERN_REPETITIONS) throw tooLarge();
  const regex = parse(source);
  const size = regex.programSize();
  if (size > MAX_PATTERN_SIZE) throw tooLarge();
  const groups = regex.groupCount();
  return {
    source,
    find: (text) => {
      if (text.length * size > MAX_PATTERN_WORK) {
        throw new PatternError('pattern_limit', `The text is too long for the pattern ${quoted(source)}.`);
      }
      const matcher = regex.matcher(text);
      if (!matcher.find()) return undefined;
      return (groups > 0 ? matcher.group(1) : null) ?? matcher.group() ?? undefined;
    },
  };
}

function parse(source: string): RE2JS {
  try {
    // JavaScript's \uXXXX and Python's \Z, in RE2's spelling.
    return RE2JS.compile(RE2JS.translateRegExp(source.replaceAll(/\\(.)/gsu, (pair) => (pair === '\\Z' ? '\\z' : pair))));
  } catch (error) {
    const reason = messageOf(error).replace(/^error parsing regexp: /, '');
    throw new PatternError('pattern_invalid', `${quoted(source)} is no pattern: ${reason}.`, { cause: error });
  }
}

/** What all counted repetitions together ask for: nesting multiplies them, and each is a copy of what it repeats. */
function repetitionsIn(source: string): number {
  const counts = [...source.matchAll(/\{(\d{1,9})(?:,(\d{0,9}))?\}/g)];
  return counts.reduce((sum, [, least, most]) => sum + Math.max(Number(least), Number(most ?? 0)), 0);
}

function tooLarge(): PatternError {
  const message = `The pattern is too large: ${MAX_PATTERN_LENGTH} characters and ${MAX_PATTERN_REPETITIONS} repetitions are allowed.`;
  return new PatternError('pattern_limit', message);
}

function quoted(source: string): string {
  const text = JSON.stringify(source);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
