import type { ExpressionError } from '../expression/errors.ts';
import { FUNCTION_NAMES } from '../expression/functions.ts';
import { METHOD_NAMES } from '../expression/methods.ts';
import { isTemplate } from '../expression/template.ts';
import { didYouMean } from './near-match.ts';

/** What people mix up with the grammar of expressions: other languages, variables, the YAML around. The first that fits is told. */
const MIX_UPS: readonly (readonly [found: RegExp, remedy: string])[] = [
  [/\$\{/, `Write $input.field, without braces; \${NAME}, in capitals, is a variable of the environment.`],
  [/&&/, "Write 'and'."],
  [/\|\|/, "Write 'or'."],
  [/\|/, 'Write default(value, other): filters belong to templates and mappings.'],
  [/!(?!=)/, "Write 'not'."],
  [/\?\./, 'Write a plain dot: where something is missing, null comes out.'],
  [/\?/, "Write 'a if condition else b'."],
  [/\b(?:AND|OR|NOT|IN)\b/, "Write 'and', 'or', 'not' and 'in' in small letters."],
];

/** Methods of other languages. */
const FOREIGN_METHODS: ReadonlyMap<string, string> = new Map([
  ['toUpperCase', 'Write .upper().'],
  ['toLowerCase', 'Write .lower().'],
  ['startsWith', 'Write .startswith(…).'],
  ['endsWith', 'Write .endswith(…).'],
  ['trim', 'Write .strip().'],
  ['toString', 'Write str(…).'],
  ['includes', "Write 'item in list', or contains(text, part)."],
  ['contains', "Write 'item in list', or contains(text, part)."],
  ['map', 'Write [… for item in list].'],
  ['filter', 'Write [item for item in list if …].'],
]);

/** What to write in place of an expression that cannot be read. */
export function expressionRemedy({ code, message }: ExpressionError, text: string): string | undefined {
  const [, name = ''] = /'([^']*)'/.exec(message) ?? [];
  switch (code) {
    case 'expression_parse':
    case 'syntax_not_supported':
      return syntaxRemedy(text);
    case 'function_unknown':
      return didYouMean(name, FUNCTION_NAMES) ?? `Functions are: ${[...FUNCTION_NAMES].join(', ')}.`;
    case 'method_unknown':
      return FOREIGN_METHODS.get(name) ?? didYouMean(name, METHOD_NAMES) ?? `Methods are: ${METHOD_NAMES.join(', ')}.`;
    default:
      return undefined;
  }
}

function syntaxRemedy(text: string): string | undefined {
  if (isTemplate(text)) return 'An expression names things without braces: write total > 1 in place of {{ total }} > 1.';
  const withoutTexts = text.replace(/'[^']*'|"[^"]*"/g, "''");
  const mixUp = MIX_UPS.find(([found]) => found.test(withoutTexts));
  if (mixUp !== undefined) return mixUp[1];
  const isCut = ['()', '[]'].some(([open = '', close = '']) => text.split(open).length > text.split(close).length);
  return isCut
    ? 'Close the bracket. Within { … } and [ … ] of YAML a comma ends a text: put the expression in quotes.'
    : undefined;
}
