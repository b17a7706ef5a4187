import { Scalar } from 'yaml';

/**
 * Offset in the file of the character at `offset` of a scalar's value. Exact for plain, quoted and literal (`|`) text in which every
 * character stands for itself; otherwise the start of the scalar.
 */
export function offsetInText(node: Scalar, text: string, offset: number): number {
  const [start, end] = node.range ?? [0, 0];
  const value = typeof node.value === 'string' ? node.value : '';
  if (node.type === Scalar.BLOCK_LITERAL) return offsetInBlock(text.slice(start, end), start, value, offset);
  const quote = node.type === Scalar.QUOTE_SINGLE || node.type === Scalar.QUOTE_DOUBLE ? 1 : 0;
  const verbatim = text.slice(start + quote, end - quote) === value;
  return verbatim ? start + quote + Math.min(offset, value.length) : start;
}

function offsetInBlock(source: string, start: number, value: string, offset: number): number {
  const before = value.slice(0, offset).split('\n');
  const lines = source.split('\n');
  const indent = /^ */.exec(lines.slice(1).find((line) => line.trim() !== '') ?? '')?.[0].length ?? 0;
  // The first line of the source is the `|` header.
  const lengthBefore = lines.slice(0, before.length).reduce((total, line) => total + line.length + 1, 0);
  return start + lengthBefore + indent + (before.at(-1)?.length ?? 0);
}
