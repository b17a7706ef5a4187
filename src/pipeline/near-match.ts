/** Longer words are not compared. */
const MAX_LENGTH = 256;
/** Written anew by each comparison: a pipeline may need millions of them. */
const ROWS = [new Uint16Array(MAX_LENGTH), new Uint16Array(MAX_LENGTH), new Uint16Array(MAX_LENGTH)] as const;

/**
 * The candidates that `word` was probably meant to be, best first: at most `limit`, none farther than a third of its length.
 */
export function nearMatches(word: string, candidates: Iterable<string>, limit = 3): readonly string[] {
  const wanted = word.toLowerCase();
  const allowed = Math.floor(wanted.length / 3);
  const ranked: { candidate: string; distance: number }[] = [];
  for (const candidate of candidates) {
    if (candidate === word || Math.abs(candidate.length - word.length) > allowed) continue;
    const distance = editDistance(wanted, candidate.toLowerCase(), allowed);
    if (distance <= allowed) ranked.push({ candidate, distance });
  }
  ranked.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return ranked.slice(0, limit).map((entry) => entry.candidate);
}

/** `did you mean 'x'?` for the near matches of a word, or undefined if there is none. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const near = nearMatches(word, candidates).map((candidate) => `'${candidate}'`);
  return near.length === 0 ? undefined : `Did you mean ${near.join(' or ')}?`;
}

/** Insertions, deletions, replacements and swaps of neighbours, each counted as one. Beyond `limit` it only says: more than that. */
function editDistance(a: string, b: string, limit: number): number {
  if (b.length >= MAX_LENGTH) return limit + 1;
  let [beforePrevious, previous, current] = ROWS;
  for (let column = 0; column <= b.length; column++) previous[column] = column;
  for (let row = 1; row <= a.length; row++) {
    current[0] = row;
    let least = row;
    for (let column = 1; column <= b.length; column++) {
      const same = a.charCodeAt(row - 1) === b.charCodeAt(column - 1);
      let cost = Math.min(at(previous, column) + 1, at(current, column - 1) + 1, at(previous, column - 1) + (same ? 0 : 1));
      if (row > 1 && column > 1 && isSwap(a, row, b, column)) cost = Math.min(cost, at(beforePrevious, column - 2) + 1);
      current[column] = cost;
      if (cost < least) least = cost;
    }
    if (least > limit) return least;
    [beforePrevious, previous, current] = [previous, current, beforePrevious];
  }
  return at(previous, b.length);
}

function isSwap(a: string, row: number, b: string, column: number): boolean {
  return a.charCodeAt(row - 1) === b.charCodeAt(column - 2) && a.charCodeAt(row - 2) === b.charCodeAt(column - 1);
}

function at(row: Uint16Array, index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
