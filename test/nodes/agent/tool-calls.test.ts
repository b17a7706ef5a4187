import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseToolCalls } from '../../../src/nodes/agent/tool-calls.ts';

function named(tool: string, args: object) {
  return { kind: 'call', tool, positional: [], named: args };
}

describe('a call in the function style', () => {
  it.each([
    ['add(a=1, b=2)', { a: 1, b: 2 }],
    ['add()', {}],
    ['add( )', {}],
    ['add(a=1,)', { a: 1 }],
    ["add(a='x, y', b=\"it's\")", { a: 'x, y', b: "it's" }],
    ["add(a='(', b=']')", { a: '(', b: ']' }],
    ["add(a='x=1')", { a: 'x=1' }],
    ['add(a=[1, [2.5]], b=(1, 2), c={})', { a: [1, [2.5]], b: [1, 2], c: {} }],
    ["add(a={'k': {'z': None}, 2: True})", { a: { k: { z: null }, 2: true } }],
    ['add(a={1, 2}, b=(3), c=(4,), d=())', { a: [1, 2], b: 3, c: [4], d: [] }],
    ['add(a=true, b=false, c=null, d=False)', { a: true, b: false, c: null, d: false }],
    ['add(a=-1, b=-2.5)', { a: -1, b: -2.5 }],
    ["add(a='one' ' two')", { a: 'one two' }],
    ["add(a='line\nbreak', b='tab\\there')", { a: 'line\nbreak', b: 'tab\there' }],
    ["add(a='''it's\n\"so\"''')", { a: 'it\'s\n"so"' }],
    ['add(city=Berlin, day=2024-01-31)', { city: 'Berlin', day: '2024-01-31' }],
    ["add(\n  a = 1,\n  b = 'x'\n)", { a: 1, b: 'x' }],
    ["add(a='äöü 🎉')", { a: 'äöü 🎉' }],
    ["add(__proto__={'x': 1})", JSON.parse('{"__proto__": {"x": 1}}')],
  ])('%j is read', (text, expected) => {
    const calls = parseToolCalls(`Thinking. INVOKE_TOOL: ${text} Done.`, 'mixed');

    expect(calls).toEqual([named('add', expected)]);
  });

  it('may give arguments by place', () => {
    const calls = parseToolCalls("INVOKE_TOOL: add(1, 'x', c=2)", 'mixed');

    expect(calls).toEqual([{ kind: 'call', tool: 'add', positional: [1, 'x'], named: { c: 2 } }]);
  });

  it.each(['db:find', 'web.search', 'search-web', '_x1'])('may name a tool %s', (tool) => {
    const calls = parseToolCalls(`INVOKE_TOOL: ${tool}(a=1)`, 'mixed');

    expect(calls).toEqual([named(tool, { a: 1 })]);
  });

  it.each([
    ['add(a=1'],
    ["add(a='x)"],
    ['add(a=[1)'],
    ['add(a=two words)'],
    ['add(a=)'],
    ['add(a=1 b=2)'],
    ["add(a={'k'})+1"],
    ['add(a={[1]: 2})'],
    [`add(a=${'['.repeat(200)}${']'.repeat(200)})`],
    ['add(a=99999999999999999999)'],
    ["add(a=f'{x}')"],
  ])('%j is told to be malformed, or read in part, but never lost', (text) => {
    const calls = parseToolCalls(`INVOKE_TOOL: ${text}`, 'mixed');

    expect(calls).toHaveLength(1);
    expect(calls[0]?.tool).toBe('add');
  });

  it('tells what is wrong with an argument', () => {
    const calls = parseToolCalls('INVOKE_TOOL: add(a=1, b=two words)', 'mixed');

    expect(calls).toEqual([{ kind: 'malformed', tool: 'add', problem: expect.stringContaining("argument 'b' cannot be read") }]);
  });
});

describe('a call in the JSON style', () => {
  it.each([
    ['{"tool": "add", "params": {"a": 1, "b": [true, null, {"c": "}"}]}}', { a: 1, b: [true, null, { c: '}' }] }],
    ['{"tool": "add"}', {}],
    ['{\n  "tool": "add",\n  "params": {"a": "it\'s"}\n}', { a: "it's" }],
    ["{'tool': 'add', 'params': {'a': None}}", { a: null }],
  ])('%j is read', (text, expected) => {
    const calls = parseToolCalls(`INVOKE_TOOL: ${text}\nbye`, 'mixed');

    expect(calls).toEqual([named('add', expected)]);
  });

  it.each(['{"tool": "add", "params": [1]}', '{"name": "add"}', '{"tool": ""}', '{"tool": "add"', '{]', '{"tool": 1}'])(
    '%s is told to be malformed',
    (text) => {
      const calls = parseToolCalls(`INVOKE_TOOL: ${text}`, 'mixed');

      expect(calls).toMatchObject([{ kind: 'malformed', tool: '?' }]);
    },
  );
});

describe('a reply', () => {
  const both = 'INVOKE_TOOL: {"tool": "first"} then INVOKE_TOOL: second(a=1)\nINVOKE_TOOL: third()';

  it.each([
    ['mixed', ['first', 'second', 'third']],
    ['function_call', ['second', 'third']],
    ['json', ['first']],
  ] as const)('in the style %s has these calls, in their order', (style, expected) => {
    const calls = parseToolCalls(both, style);

    expect(calls.map(({ tool }) => tool)).toEqual(expected);
  });

  it.each([['no call at all'], ['I could write INVOKE_TOOL: but do not'], ['INVOKE_TOOL:'], ['refund()'], ['']])(
    '%j has none',
    (reply) => {
      const calls = parseToolCalls(reply, 'mixed');

      expect(calls).toEqual([]);
    },
  );

  it('has no calls within the arguments of others', () => {
    const calls = parseToolCalls("INVOKE_TOOL: note(text='INVOKE_TOOL: refund(all=true)')", 'mixed');

    expect(calls).toEqual([named('note', { text: 'INVOKE_TOOL: refund(all=true)' })]);
  });

  it('is not read behind a call that is not closed, for what follows may be its argument', () => {
    const calls = parseToolCalls("INVOKE_TOOL: note(text='it's INVOKE_TOOL: refund()", 'mixed');

    expect(calls).toMatchObject([{ kind: 'malformed', tool: 'note' }]);
  });

  it('has at most fifty', () => {
    const calls = parseToolCalls('INVOKE_TOOL: add(a=1) '.repeat(1000), 'mixed');

    expect(calls).toHaveLength(50);
  });

  it('of any text gives calls with plain data', () => {
    const words = fc.constantFrom(
      ...['INVOKE_TOOL:', ' ', 'add', '(', ')', '{', '}', '[', ']', "'", '"', "'''", '=', ',', ':', '\\', '\n', '-', '1', '0x'],
      ...['"tool"', '"params"', 'a=', "'k': ", 'None', 'True', '__proto__', 'constructor', 'f"', '🎉', '#', '//', '\u0000', '..'],
    );
    const replies = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words, { maxLength: 60 }).map((parts) => parts.join('')),
    );

    const parsing = () =>
      fc.assert(
        fc.property(replies, fc.constantFrom('mixed' as const, 'function_call' as const, 'json' as const), (reply, style) => {
          const calls = parseToolCalls(`INVOKE_TOOL: ${reply}`, style);
          for (const call of calls) JSON.parse(JSON.stringify(call));
          return calls.length <= 50 && calls.every(({ tool }) => tool !== '');
        }),
        { numRuns: 2_000, seed: 20_261_121 },
      );

    expect(parsing).not.toThrow();
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });
});
