/** A part of a LIKE pattern: one certain character, any one (`_`), or any number of any (`%`). */
type Part = { readonly kind: 'character'; readonly character: string } | { readonly kind: 'any-one' } | { readonly kind: 'any' };

/** Whether the whole text has the form of the pattern. `escapeCharacter` (one, or empty) takes its meaning from the one after it. */
export function matchesPattern(text: string, pattern: string, escapeCharacter: string): boolean {
  const characters = [...text];
  const parts = partsOf(pattern, escapeCharacter);
  let part = 0;
  let at = 0;
  // Where to go on when what follows the last `%` does not fit: it then stands for one character more.
  let afterAny = -1;
  let retryAt = 0;
  while (at < characters.length) {
    const expected = parts[part];
    if (expected?.kind === 'any') {
      part += 1;
      afterAny = part;
      retryAt = at;
    } else if (expected?.kind === 'any-one' || (expected?.kind === 'character' && expected.character === characters[at])) {
      part += 1;
      at += 1;
    } else if (afterAny >= 0) {
      part = afterAny;
      retryAt += 1;
      at = retryAt;
    } else {
      return false;
    }
  }
  return parts.slice(part).every(({ kind }) => kind === 'any');
}

function partsOf(pattern: string, escapeCharacter: string): Part[] {
  const parts: Part[] = [];
  let escaped = false;
  for (const character of pattern) {
    if (!escaped && character === escapeCharacter) {
      escaped = true;
      continue;
    }
    if (escaped || (character !== '%' && character !== '_')) parts.push({ kind: 'character', character });
    else parts.push({ kind: character === '%' ? 'any' : 'any-one' });
    escaped = false;
  }
  return parts;
}
