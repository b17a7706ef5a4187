/** What a link opens, or null if the account refuses it. */
export async function followLink(url: string): Promise<Uint8Array | null> {
  const response = await fetch(url);
  const content = new Uint8Array(await response.arrayBuffer());
  if (response.ok) return content;
  if (response.status === 403) return null;
  throw new Error(`The account answered ${response.status}.`);
}
