import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CODE_GROUPS, CODES } from '../../src/codes/catalogue.ts';
import { diagnosticsPage } from '../../src/codes/page.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** How sources write a code: as a property, as one of two, as the first argument of an error, before a message, as a member of a union. */
const WRITTEN = [
  /\bcode\b(?:\s*=|\??:)\s*'([a-z][a-z0-9]*(?:_[a-z0-9]+)*)'/g,
  /\bcode:[^,'\n]*\?\s*'([a-z0-9_]+)'/g,
  /\bcode:[^,'\n]*\?\s*'[a-z0-9_]+'\s*:\s*'([a-z0-9_]+)'/g,
  /\bnew \w*(?:Error|Rejection)\(\s*'([a-z][a-z0-9]*(?:_[a-z0-9]+)+)'/g,
  /'([a-z]+(?:_[a-z0-9]+)+)',\s*(?:message\b|`[A-Z'$]|'[A-Z]|"[A-Z'])/g,
];
const UNION = /\btype \w*Code =((?:\s*\|?\s*'[a-z0-9_]+')+)/g;

/** What looks like a code and is none: a kind of zod's, a type parameter, names of adapters. */
const OTHERS = /^(?:custom|code|\w+_adapter)$/;

/** Put together where they are told, from the name of a key. */
const COMPOSED: readonly string[] = ['on_error_self', 'on_timeout_self', 'input_schema_violation'];

function sources(): readonly { readonly file: string; readonly text: string }[] {
  return globSync('{src,functions}/**/*.ts', { cwd: ROOT })
    .filter((file) => !file.startsWith(join('src', 'codes')))
    .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }));
}

function codesIn(text: string): readonly string[] {
  const single = WRITTEN.flatMap((pattern) => [...text.matchAll(pattern)].map(([, code = '']) => code));
  const united = [...text.matchAll(UNION)].flatMap(([, members = '']) =>
    [...members.matchAll(/'([^']+)'/g)].map(([, code = '']) => code),
  );
  return [...single, ...united].filter((code) => !OTHERS.test(code));
}

describe('the catalogue of codes', () => {
  it('has every code that the sources tell', () => {
    const missing = new Set(
      sources().flatMap(({ file, text }) => codesIn(text).flatMap((code) => (CODES.has(code) ? [] : [`${code} (${file})`]))),
    );

    expect([...missing].sort()).toEqual([]);
    expect([...CODES.keys()]).toEqual(expect.arrayContaining([...COMPOSED]));
  });

  it('has no code that nothing tells', () => {
    const all = sources()
      .map(({ text }) => text)
      .join('\n');

    const unused = [...CODES.keys()].filter((code) => !all.includes(`'${code}'`) && !COMPOSED.includes(code));

    expect(unused).toEqual([]);
  });

  it('has each code once', () => {
    const codes = CODE_GROUPS.flatMap((group) => Object.keys(group.codes));

    expect(codes).toEqual([...new Set(codes)]);
  });

  it('says of each what it is, why and what to do, in sentences', () => {
    const careless = [...CODES].filter(
      ([, { title, why, remedy }]) => title.endsWith('.') || !/[.…)]$/.test(why) || !/[.…)]$/.test(remedy),
    );

    expect(careless.map(([code]) => code)).toEqual([]);
  });

  it('is what docs/diagnostics.md shows; node scripts/diagnostics-page.ts writes it', () => {
    const page = readFileSync(join(ROOT, 'docs', 'diagnostics.md'), 'utf8');

    expect(page).toBe(diagnosticsPage());
  });
});
