/** A `Content-Disposition` by which browsers save a file under the last segment of its path, whatever it is, and do not show it. */
export function attachment(path: string): string {
  const file = path.slice(path.lastIndexOf('/') + 1);
  return `attachment; filename*=UTF-8''${encodeURIComponent(file).replaceAll(/['()*]/g, percentEncoded)}`;
}

/** RFC 5987 has them escaped, and `encodeURIComponent` does not. */
function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
