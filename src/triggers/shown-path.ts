const SHOWN_PATH = 200;
const INVISIBLE = /[\p{C}\u2028\u2029]/gu;

/** A path that a sender chose, for messages: quoted, cut, and nothing in it that acts on a terminal or a log. */
export function shownPath(path: string): string {
  const quoted = JSON.stringify(path.length > SHOWN_PATH ? `${path.slice(0, SHOWN_PATH - 1)}…` : path);
  return quoted.replace(INVISIBLE, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}
