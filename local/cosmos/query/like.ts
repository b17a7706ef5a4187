import type { Value } from './values.ts';

const KEPT_PATTERNS = 200;
/** For a set such as [z-a], which holds no character. */
const NOTHING = /(?!)/;
const patterns = new Map<string, RegExp>();

/** `value LIKE pattern`: `%` any text, `_` any character, `[a-z]` and `[^a-z]` one of a set; `escaping` takes their meaning away. */
export function isLike(value: Value, pattern: Value, escaping: string | undefined): boolean | undefined {
  if (typeof value !== 'string' || typeof pattern !== 'string') return undefined;
  const key = `${escaping ?? ''}\u0000${pattern}`;
  let compiled = patterns.get(key);
  if (compiled === undefined) {
    if (patterns.size >= KEPT_PATTERNS) patterns.clear();
    compiled = compile(pattern, escaping);
    patterns.set(key, compiled);
  }
  return compiled.test(value);
}

function compile(pattern: string, escaping: string | undefined): RegExp {
  let source = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] ?? '';
    const set = character === '[' ? /^\[(\^?)([^\]]+)\]/.exec(pattern.slice(index)) : null;
    if (character === escaping && index + 1 < pattern.length) {
      index += 1;
      source += quote(pattern[index] ?? '');
    } else if (character === '%') source += '.*?';
    else if (character === '_') source += '.';
    else if (set !== null) {
      source += `[${set[1]}${(set[2] ?? '').replaceAll(/[\\^[\]]/g, '\\$&')}]`;
      index += set[0].length - 1;
    } else source += quote(character);
  }
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    return NOTHING;
  }
}

function quote(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/, '\\$&');
}
