const IMPORT = /^import (?:type )?\{[^}]*\} from '([^']+)';$/gm;
const LIST = /^(export const steps\b[^=]*= \[)([^\]]*)(\];)$/m;

/**
 * The text of `steps/index.ts` with one more step. Undefined if it does not look as expected, or knows the name already: then
 * someone who can read it has to write the two lines.
 */
export function registerStep(text: string, constant: string, module: string): string | undefined {
  const lists = [...text.matchAll(new RegExp(LIST, 'gm'))];
  const imports = [...text.matchAll(IMPORT)];
  if (lists.length !== 1 || imports.length === 0 || new RegExp(`\\b${constant}\\b`).test(text)) return undefined;
  const line = importLine(constant, module);
  const after = imports.findLast(([, path = '']) => path.startsWith('../') || path < module) ?? imports.at(-1);
  const at = (after?.index ?? 0) + (after?.[0].length ?? 0);
  const imported = `${text.slice(0, at)}\n${line}${text.slice(at)}`;
  return imported.replace(LIST, (_, head: string, items: string, tail: string) => `${head}${appended(items, constant)}${tail}`);
}

export function importLine(constant: string, module: string): string {
  return `import { ${constant} } from '${module}';`;
}

function appended(items: string, constant: string): string {
  const rest = items.trimEnd().replace(/,$/, '');
  if (rest.trim() === '') return constant;
  if (!items.includes('\n')) return `${rest}, ${constant}`;
  const indent = /\n([ \t]*)\S/.exec(items)?.[1] ?? '  ';
  return `${rest},\n${indent}${constant},\n`;
}
