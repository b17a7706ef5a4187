import type { YAMLError } from 'yaml';

export interface SyntaxProblem {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly offset: number;
}

const DEFAULT_REMEDY = 'Check quotes, colons and indentation here and on the line above.';
/** As much of a line as is looked at for what may have been meant. */
const SHOWN_BEFORE = 200;

/**
 * The problems that a parser tells. Only the first of a line: what follows there usually follows from it.
 * @param lineOf the number of the line that an offset lies in
 */
export function syntaxProblems(
  errors: readonly YAMLError[],
  text: string,
  lineOf: (offset: number) => number,
): readonly SyntaxProblem[] {
  const lines = new Set<number>();
  return errors.flatMap((error) => {
    const [offset] = error.pos;
    const line = lineOf(offset);
    if (lines.has(line)) return [];
    lines.add(line);
    const before = text.slice(Math.max(0, offset - SHOWN_BEFORE), offset);
    return [{ ...problemOf(error, before.slice(before.lastIndexOf('\n') + 1)), offset }];
  });
}

/** `before`: what stands before the problem on its line. */
function problemOf(error: YAMLError, before: string): Omit<SyntaxProblem, 'offset'> {
  const message = `${error.message.split('\n')[0] ?? ''}.`;
  if (error.code === 'TAB_AS_INDENT') return { code: 'tab_indent', message, remedy: 'Indent with spaces.' };
  if (/^(?:Flow (?:sequence|map) in block|Expected flow)/.test(message)) {
    return { code: 'unclosed_flow', message, remedy: 'Close the bracket, and indent what is inside it.' };
  }
  return { code: 'yaml_syntax', message, remedy: remedyFor(message, before) };
}

function remedyFor(message: string, before: string): string {
  if (!message.endsWith(' at node end.')) return DEFAULT_REMEDY;
  if (/[:[{,-]\s*\{\{[^'"]*$/.test(before)) return 'Put a text that begins with {{ … }} in quotes: "{{ name }} …".';
  if (/[:[{,-]\s*(['"])[^'"]*\1\s*$/.test(before)) {
    return `A value that begins with a quote ends with it. Put other quotes around the whole: "'a' if x else 'b'".`;
  }
  if (/^Unexpected flow-(?:seq|map)-start/.test(message)) {
    return 'Within { … } and [ … ] a text with brackets needs quotes: "items[0]".';
  }
  return DEFAULT_REMEDY;
}
