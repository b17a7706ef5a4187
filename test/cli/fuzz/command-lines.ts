import fc from 'fast-check';
import { contents, runnable } from './files.ts';

/** A command line, the files it may name (by their paths in the folder it is run in) and what is written to its standard input. */
export interface CommandLine {
  readonly args: readonly string[];
  /** Whether the arguments are as the command wants them, so that `--output json` means what it says. */
  readonly wellFormed: boolean;
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  readonly stdin: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** Stands in the environment, and must stand nowhere else. */
export const SECRET = 'sk-very-secret-value';

const ELSEWHERE = ['start', 'demo', 'bench', 'send', 'runs', 'callbacks', 'run', 'dlq', 'doctor'];
const FILES = ['main.yaml', 'main.yaml', 'main.yaml', 'main.yaml', '.', 'shared/steps.yaml', 'environments/prod.yaml'];
const WORDS = [
  ...[
    '',
    '-',
    '--',
    '--output',
    '--debug',
    '--help',
    '-h',
    '--version',
    '--outptu',
    '--output=xml',
    '--env',
    '--env=prod',
    '--strict',
  ],
  ...[
    'nope.yaml',
    'missing/',
    '../main.yaml',
    '\x1b[2J',
    '🦆',
    'a\0b',
    'x'.repeat(5_000),
    '__proto__',
    'constructor',
    '@',
    '@nope',
  ],
  ...[
    'validate',
    'plan',
    'lint',
    'eval',
    'help',
    'toString',
    '--__proto__',
    '--constructor=x',
    '-1',
    '--no-strict',
    '--max',
    '%s',
  ],
];
const EXPRESSIONS = [
  ...[
    '1 + 1',
    'x > 1',
    'x.y',
    '{{ x }}',
    'len(x)',
    '1/0',
    '2**10**9',
    "'a' * 10**9",
    'range(10**12)',
    '(((',
    'x.__class__',
    'now()',
    '"',
  ],
  ...[
    '[a for a in range(100) for b in range(100)]',
    'input.x',
    '$input',
    'format(1, ".2000f")',
    "'%s' % x",
    'sorted(x)',
    '9'.repeat(400),
  ],
];
const DATA = [
  '{}',
  '{"x":1}',
  '{"x":{"y":[1,2]}}',
  '[]',
  '{bad',
  'null',
  '@main.yaml',
  '@nope.json',
  '{"__proto__":{"a":1}}',
  '{"x":1e400}',
];
const LINES = [
  '{"expr":"1+1"}',
  '{"expr":"x","data":{"x":1},"mode":"predicate"}',
  '{"expr":"{{ x }}","mode":"template","now":"2026-11-21T12:00:00Z"}',
  '{"expr":1}',
  '{"expr":"x","now":1e300}',
  '{bad',
  '[]',
  '',
  '{"expr":"x","data":[],"mode":"toString"}',
];

const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 8 }));
const json = fc.constantFrom<string[]>(['--output', 'json'], ['--output=json'], [], ['--output', 'text']);
const env = fc.constantFrom<string[]>([], [], ['--env', 'prod'], ['--env', 'nope'], ['--env', '../x'], ['--env', '__proto__']);
const strict = fc.constantFrom<string[]>([], ['--strict']);
const file = fc.constantFrom(...FILES);
const format = fc.constantFrom<string[]>([], [], ['--format', 'mermaid'], ['--format', 'json'], ['--format', 'text']);
const mode = fc.constantFrom<string[]>([], ['--mode', 'predicate'], ['--mode', 'template'], ['--mode', 'value']);
const now = fc.constantFrom<string[]>([], [], ['--now', '2026-11-21T12:00:00Z'], ['--now', 'soon'], ['--now', '']);
const expression = fc.oneof(fc.constantFrom(...EXPRESSIONS), fc.string({ unit: 'binary', maxLength: 10 }), fc.constant('-'));
const projectName = fc.oneof(
  fc.constantFrom('order-intake', 'hello', '../x', 'A', '', 'a'.repeat(61), 'index', 'constructor'),
  word,
);

/** A command, then its parts. */
function command(name: string, ...parts: readonly fc.Arbitrary<string | readonly string[]>[]): fc.Arbitrary<readonly string[]> {
  return fc.tuple(...parts).map((given) => [name, ...given.flat()]);
}

const data = fc.constantFrom(...DATA).map((text) => ['--data', text]);
const commands = fc.oneof(
  { arbitrary: command('validate', fc.array(file, { minLength: 1, maxLength: 2 }), env, strict, json), weight: 40 },
  { arbitrary: command('plan', file, env, fc.oneof(format, json)), weight: 25 },
  { arbitrary: command('lint', file, env, strict, json), weight: 20 },
  { arbitrary: command('eval', expression, data, mode, now, json), weight: 20 },
  { arbitrary: command('init', projectName, fc.constantFrom([], ['--directory', '.'], ['--directory', 'a/b'])), weight: 2 },
  {
    arbitrary: command('openapi', file, env, fc.constantFrom([], ['--output-file', 'out/api.json'], ['--output-file', '.'])),
    weight: 4,
  },
  { arbitrary: command('schema', fc.constantFrom([], ['--output-file', 'out/schema.json'], ['--output-file', '.'])), weight: 1 },
);

/** Mostly well formed; else with a word put in, taken out or in the place of another. */
const args = fc.oneof(
  { arbitrary: commands.map((given) => ({ args: given, wellFormed: true })), weight: 12 },
  {
    arbitrary: fc
      .tuple(commands, fc.nat(8), fc.nat(1), word)
      .map(([given, at, count, put]) => ({ args: given.toSpliced(at, count, put), wellFormed: false })),
    weight: 3,
  },
  { arbitrary: fc.array(word, { maxLength: 4 }).map((given) => ({ args: given, wellFormed: false })), weight: 1 },
);

const small = fc.oneof(fc.constant('nodes: [{kind: data_node, metadata: {name: shared}, spec: {output: {a: 1}}}]'), contents);
const files = fc.record(
  { 'main.yaml': contents, 'shared/steps.yaml': small, 'environments/prod.yaml': small },
  { requiredKeys: ['main.yaml'] },
);

const surroundings = fc.record({
  stdin: fc.array(fc.constantFrom(...LINES), { maxLength: 3 }).map((lines) => lines.join('\n')),
  environment: fc.constantFrom<Record<string, string>>({}, { A: 'a', API_KEY: SECRET }, { A: '', REPLY: '{{ x }}' }),
});

const input = fc.constantFrom(...DATA, ...DATA.slice(0, 2)).map((text) => ['--input', text]);
const deliver = fc.constantFrom<string[]>(
  [],
  [],
  ['--deliver', 'order:1={"ok":true}'],
  ['--deliver', 'x'],
  ['--deliver', 'a={bad'],
);
const steps = fc.constantFrom<string[]>([], [], [], ['--steps', 'nope.ts'], ['--steps', 'main.yaml']);
const runs = command('run', fc.constant('main.yaml'), input, env, deliver, steps, json);

/** Command lines of every kind but those that start programs or go out into the network. */
export const commandLines: fc.Arbitrary<CommandLine> = fc.oneof(
  {
    arbitrary: fc
      .tuple(
        args.filter((line) => !ELSEWHERE.some((name) => line.args.includes(name))),
        files,
        surroundings,
      )
      .map(([line, given, rest]) => ({ ...line, files: given, ...rest })),
    weight: 12,
  },
  {
    arbitrary: fc
      .tuple(runs, runnable, surroundings)
      .map(([line, main, rest]) => ({ args: line, wellFormed: true, files: { 'main.yaml': main }, ...rest })),
    weight: 1,
  },
);
