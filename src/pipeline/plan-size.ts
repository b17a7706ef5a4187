/** Whether the JSON text of a value has more than `limit` bytes. Finds out without writing it, for it may be too long to be written. */
export function isLargerThan(value: unknown, limit: number): boolean {
  let bytes = 0;
  const open: unknown[] = [value];
  while (open.length > 0 && bytes <= limit) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) {
      bytes += 1 + textBytes(next);
      continue;
    }
    bytes += 2;
    for (const [key, item] of Object.entries(next)) {
      if (!Array.isArray(next)) bytes += 1 + textBytes(key);
      open.push(item);
    }
  }
  return bytes > limit;
}

function textBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}
