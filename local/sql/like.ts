/** How a language writes its patterns. */
export interface LikeDialect {
  /** Takes the meaning of the character after it; empty for none. */
  readonly escapeCharacter: string;
  /** Whether `[a-z]` and `[^a-z]` stand for one character of a set. */
  readonly hasSets: boolean;
}

/** What a part of a pattern takes: text of whatever kind, or a character of which this holds. */
type Part = 'any' | ((character: string) => boolean);

const KEPT_PATTERNS = 200;
const patterns = new Map<string, readonly Part[]>();

/** `text LIKE pattern`, of the whole text: `%` takes any text, `_` any character. */
export function isLike(text: string, pattern: string, dialect: LikeDialect): boolean {
  const key = `${dialect.hasSets}${dialect.escapeCharacter}\u0000${pattern}`;
  let parts = patterns.get(key);
  if (parts === undefined) {
    if (patterns.size >= KEPT_PATTERNS) patterns.clear();
    parts = partsOf(pattern, dialect);
    patterns.set(key, parts);
  }
  return matches([...text], parts);
}

function matches(characters: readonly string[], parts: readonly Part[]): boolean {
  let next = 0;
  let at = 0;
  // Where to go on when what follows the last `%` does not fit: it then stands for one character more.
  let afterAny = -1;
  let retryAt = 0;
  for (let character = characters[at]; character !== undefined; character = characters[at]) {
    const part = parts[next];
    if (part === 'any') {
      next += 1;
      afterAny = next;
      retryAt = at;
    } else if (part?.(character) === true) {
      next += 1;
      at += 1;
    } else if (afterAny >= 0) {
      next = afterAny;
      retryAt += 1;
      at = retryAt;
    } else {
      return false;
    }
  }
  return parts.slice(next).every((part) => part === 'any');
}

function partsOf(pattern: string, dialect: LikeDialect): Part[] {
  return Array.from(pattern.matchAll(pieces(dialect)), ({ 0: piece, groups = {} }): Part => {
    const { escaped, caret, members } = groups;
    if (members !== undefined) return oneOf(`${caret}${members.replaceAll(/[\\^[\]]/g, '\\$&')}`);
    if (escaped === undefined && piece === '%') return 'any';
    if (escaped === undefined && piece === '_') return () => true;
    const expected = escaped ?? piece;
    return (character) => character === expected;
  });
}

/** Finds what each part is made of: an escaped character, a set, or another character. */
function pieces({ escapeCharacter, hasSets }: LikeDialect): RegExp {
  const escaped = escapeCharacter === '' ? [] : [`\\u{${escapeCharacter.codePointAt(0)?.toString(16)}}(?<escaped>.)`];
  const set = hasSets ? ['\\[(?<caret>\\^?)(?<members>[^\\]]+)\\]'] : [];
  return new RegExp([...escaped, ...set, '.'].join('|'), 'gsu');
}

/** A set such as z-a holds no character. */
function oneOf(set: string): (character: string) => boolean {
  try {
    const pattern = new RegExp(`^[${set}]$`, 'su');
    return (character) => pattern.test(character);
  } catch {
    return () => false;
  }
}
