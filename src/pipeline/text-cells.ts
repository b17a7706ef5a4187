/** A character as a reader sees it, and the columns of a terminal that it takes. */
export interface Cell {
  readonly text: string;
  readonly width: number;
}

const TAB = '    ';
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** What would steer the terminal or reorder the line: controls, lone surrogates, line separators, marks of direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** East Asian wide and full-width characters, and what is shown as an emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;

/** Most lines are nothing but these, and each is a cell. */
const PLAIN = /^[ -~]*$/;

/** Text of a file in the cells it is shown in: a tab takes four columns, what must not reach a terminal becomes `\ufffd`. */
export function cellsOf(text: string): readonly Cell[] {
  if (PLAIN.test(text)) return Array.from(text, (character) => ({ text: character, width: 1 }));
  return Array.from(graphemes.segment(text), ({ segment }) => {
    if (segment === '\t') return { text: TAB, width: TAB.length };
    const shown = printable(segment);
    return { text: shown, width: WIDE.test(shown) ? 2 : 1 };
  });
}

/** Text from a file must not steer the terminal it is shown on. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, '\ufffd');
}

export function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, { width }) => sum + width, 0);
}
