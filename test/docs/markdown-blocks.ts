/** A fenced block of a page. Its info string is a language, a role and attributes: `json input env=prod`. */
export interface Block {
  readonly page: string;
  /** Of its first line of text. */
  readonly line: number;
  readonly language: string;
  readonly role: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
}

/** The fenced blocks of a page, in their order. @throws Error if one is indented, or has no end */
export function blocksIn(page: string, markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly info: string; readonly fence: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, indent = '', fence = '', info = ''] = /^(\s*)(`{3,})(.*)$/.exec(line) ?? [];
    if (open !== undefined && line.trimEnd() === open.fence) {
      blocks.push(toBlock(page, open));
      open = undefined;
    } else if (open !== undefined) {
      open.lines.push(line);
    } else if (fence !== '') {
      if (indent !== '') throw new Error(`${page}:${index + 1}: a block must not be indented.`);
      open = { info: info.trim(), fence, line: index + 2, lines: [] };
    }
  }
  if (open !== undefined) throw new Error(`${page}:${open.line - 1}: this block has no end.`);
  return blocks;
}

function toBlock(page: string, open: { readonly info: string; readonly line: number; readonly lines: readonly string[] }): Block {
  const [language = '', ...words] = open.info.split(/\s+/);
  const attributes = words
    .filter((word) => word.includes('='))
    .map((word) => [word.replace(/=.*/, ''), word.replace(/^[^=]*=/, '')]);
  const role = words.find((word) => !word.includes('=')) ?? '';
  const text = open.lines.map((line) => `${line}\n`).join('');
  return { page, line: open.line, language, role, attributes: Object.fromEntries(attributes), text };
}

/** A page may show a part of a function from the left. */
export function unindented(text: string): string {
  return text.replace(/^ +/gm, '');
}
