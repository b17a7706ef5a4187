import { CODE_GROUPS } from './catalogue.ts';
import type { CodeEntry, CodeGroup } from './code-entry.ts';

const HEAD = `# Diagnostics and error codes

Every problem this project tells has a code that stays the same from version to version: in diagnostics of documents, in dead letters,
in failed runs, in answers of the API and on the command line. Here is what each means, why it is a problem, and what to do.

This page is written by \`node scripts/diagnostics-page.ts\` from \`src/codes/\`; a test compares them.
`;

/** \`docs/diagnostics.md\`: every code, by where it is met. */
export function diagnosticsPage(): string {
  const contents = CODE_GROUPS.map(({ title }) => `- [${title}](#${anchor(title)})`).join('\n');
  return `${[HEAD, `${contents}\n`, ...CODE_GROUPS.map(groupText)].join('\n')}`;
}

function groupText({ title, introduction, codes }: CodeGroup): string {
  const entries = Object.entries(codes).map(([code, entry]) => entryText(code, entry));
  return `## ${title}\n\n${introduction}\n\n${entries.join('\n')}`;
}

function entryText(code: string, { title, why, remedy, example }: CodeEntry): string {
  const lines = [`### \`${code}\``, '', `**${escaped(title)}.** ${escaped(why)}`, '', escaped(remedy)];
  if (example !== undefined) lines.push('', '```text', example, '```');
  return `${lines.join('\n')}\n`;
}

/** Text with what Markdown would take for markup; code spans are left alone. */
function escaped(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replace(/[*_<>[\]|]/g, '\\$&')))
    .join('');
}

function anchor(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}
