import { describe, expect, it } from 'vitest';
import { capturesOf, type PathPattern, parsePathPattern } from '../../../src/triggers/blob/path-pattern.ts';

function pattern(text: string): PathPattern {
  const reading = parsePathPattern(text);
  if (reading.kind === 'invalid') throw new Error(`The path ${reading.reason}.`);
  return reading.pattern;
}

describe('a blob path', () => {
  it.each([
    ['incoming/{name}.csv', 'orders.csv', { name: 'orders' }],
    ['incoming/{name}.csv', '2026/orders.csv', { name: '2026/orders' }],
    ['incoming/{customer}/{year}/{name}.csv', 'acme/2026/orders.csv', { customer: 'acme', year: '2026', name: 'orders' }],
    ['incoming/{a}-{b}', 'x-y-z', { a: 'x-y', b: 'z' }],
    ['incoming/{name}', '{{ 7*7 }}.pdf', { name: '{{ 7*7 }}.pdf' }],
    ['incoming/{name}', '%2e%2e/x', { name: '%2e%2e/x' }],
    ['incoming/{{{name}}}.txt', '{one}.txt', { name: 'one' }],
    ['incoming/orders.csv', 'orders.csv', {}],
    ['incoming/{name}.csv', '.csv', { name: '' }],
  ])('%s takes %s apart', (text, name, captures) => {
    const found = capturesOf(pattern(text), name);

    expect(found).toEqual(captures);
  });

  it.each([
    ['incoming/{name}.csv', 'orders.pdf'],
    ['incoming/a/{name}', 'b/orders'],
    ['incoming/{a}-{b}', 'xyz'],
    ['incoming/{a}ab{b}ab', 'ab'],
    ['incoming/orders.csv', 'orders.csv2'],
  ])('%s does not fit %s', (text, name) => {
    const found = capturesOf(pattern(text), name);

    expect(found).toBeUndefined();
  });

  it('captures what the regular expression of the host captures', () => {
    const path = pattern('incoming/{a}/{b}x{c}.csv');
    const names = ['q/xx.csv', 'q/w/axbxc.csv', '/x.csv', 'a/b.csv', 'x/x/x.csv.csv', 'a/xcsv'];

    const found = names.map((name) => capturesOf(path, name));

    const host = names.map((name) => /^(?<a>.*)\/(?<b>.*)x(?<c>.*)\.csv$/.exec(name)?.groups);
    expect(found).toEqual(host.map((groups) => groups && { ...groups }));
  });

  it('fits a name of many near misses without trying them all', () => {
    const path = pattern('incoming/{a}-{b}-{c}-{d}-{e}-{f}-{g}-{h}.csv');

    const found = capturesOf(path, '-'.repeat(1_024));

    expect(found).toBeUndefined();
  });

  it.each([
    ['TY17: an open brace', 'incoming/{name', "single '{'"],
    ['TY17: a capture twice', 'incoming/{name}/{name}', '{name} twice'],
    ['a capture twice but for its case', 'incoming/{name}/{NAME}', '{NAME} twice'],
    ['a closing brace alone', 'incoming/name}', "single '}'"],
    ['an empty capture', 'incoming/{}', 'no name'],
    ['an expression', 'incoming/{rand-guid}', 'no name'],
    ["one of the host's own names", 'incoming/{uri}', 'the host uses itself'],
    ['captures side by side', 'incoming/{a}{b}', 'nothing between {a} and {b}'],
    ['a container alone', 'incoming', 'names no blobs'],
    ['a container with a slash', 'incoming/', 'names no blobs'],
    ['no container', '/x', 'name of a container'],
    ['a container in capitals', 'Incoming/{name}', 'name of a container'],
    ['a capture for the container', '{container}/x', 'name of a container'],
    ['a way up', 'incoming/../{name}', "'..'"],
    ['a setting', 'incoming/%NAME%', "'%'"],
    ['a line break', 'incoming/a\nb', 'no blob may have'],
  ])('is refused: %s', (_, text, words) => {
    const reading = parsePathPattern(text);

    expect(reading).toMatchObject({ kind: 'invalid', reason: expect.stringContaining(words) });
  });
});
