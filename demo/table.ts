export type Cell = string | number;

/** Rows as aligned columns, numbers to the right; a header of empty texts is left out. */
export function formatTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const lines = header.every((name) => name === '') ? rows : [header, ...rows];
  const widths = header.map((_, column) => Math.max(...lines.map((row) => String(row[column] ?? '').length)));
  return lines.map((row) => `${formatRow(row, widths)}\n`).join('');
}

function formatRow(row: readonly Cell[], widths: readonly number[]): string {
  return row
    .map((cell, column) => {
      const width = widths[column] ?? 0;
      return typeof cell === 'number' ? String(cell).padStart(width) : cell.padEnd(width);
    })
    .join('  ')
    .trimEnd();
}
