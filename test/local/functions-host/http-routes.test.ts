import { describe, expect, it } from 'vitest';
import type { RegisteredFunction } from '../../../local/functions-host/extension.ts';
import { Router } from '../../../local/functions-host/http-routes.ts';
import { parseTemplate } from '../../../local/functions-host/route-template.ts';

function fn(name: string, route: string, methods: readonly string[] = []): RegisteredFunction {
  const binding = { type: 'httpTrigger', direction: 'in', route, methods } as const;
  return { id: name, name, trigger: { name: 'request', binding }, bindings: { request: binding } };
}

describe('a route template', () => {
  it.each([
    ['orders', 'ORDERS', {}],
    ['orders', 'other', undefined],
    ['orders', 'orders/1', undefined],
    ['orders/{id}', 'orders/a%20b', { id: 'a b' }],
    ['orders/{id}', 'orders', undefined],
    ['orders/{id?}', 'orders', {}],
    ['orders/{id=last}', 'orders', { id: 'last' }],
    ['orders/{id=last}', 'orders/7', { id: '7' }],
    ['files/{*path}', 'files/a/b/c', { path: 'a/b/c' }],
    ['files/{*path}', 'files', {}],
    ['files/{name}.{extension}', 'files/a.b.txt', { name: 'a.b', extension: 'txt' }],
    ['v{version:int}/x', 'v2/x', { version: '2' }],
    ['{id:int}', '-12', { id: '-12' }],
    ['{id:int}', '99999999999', undefined],
    ['{id:long}', '99999999999', { id: '99999999999' }],
    ['{id:bool}', 'True', { id: 'True' }],
    ['{id:bool}', 'yes', undefined],
    ['{id:guid}', '0af76519-16cd-43dd-8448-eb211c80319c', { id: '0af76519-16cd-43dd-8448-eb211c80319c' }],
    ['{id:guid}', '0af76519', undefined],
    ['{id:alpha:maxlength(3)}', 'abc', { id: 'abc' }],
    ['{id:alpha:maxlength(3)}', 'abcd', undefined],
    ['{id:length(2)}', 'ab', { id: 'ab' }],
    ['{id:length(2,3)}', 'abcd', undefined],
    ['{id:minlength(2)}', 'a', undefined],
    ['{id:range(1,5)}', '5', { id: '5' }],
    ['{id:range(1,5)}', '6', undefined],
    ['{id:min(3)}', '2', undefined],
    ['{id:max(3)}', '4', undefined],
    ['{id:double}', '1.5', { id: '1.5' }],
    ['{id:datetime}', '2026-11-21', { id: '2026-11-21' }],
    ['{id:datetime}', 'soon', undefined],
  ])('%s met by %s gives %j', (template, path, expected) => {
    const params = parseTemplate(template).match(path.split('/').map(decodeURIComponent));

    expect(params).toEqual(expected);
  });

  it.each(['{id:unknown}', '{id', 'a}b', '{id:constructor}'])('%s is refused', (template) => {
    const parse = () => parseTemplate(template);

    expect(parse).toThrow(expect.objectContaining({ code: 'route_invalid', message: expect.stringContaining(template) }));
  });
});

describe('a router', () => {
  const router = new Router(
    [
      fn('rest', '{*all}'),
      fn('optional', 'things/{id?}'),
      fn('parameter', 'things/{id}'),
      fn('constrained', 'things/{id:int}'),
      fn('literal', 'things/list'),
      fn('writer', 'things/list', ['POST']),
      fn('unnamed', ''),
    ],
    'api',
  );

  it.each([
    ['GET', '/api/things/list', 'literal'],
    ['GET', '/api/things/7', 'constrained'],
    ['GET', '/api/things/x', 'parameter'],
    ['GET', '/api/things', 'optional'],
    ['GET', '/api/things/x/y', 'rest'],
    ['GET', '/api/unnamed', 'unnamed'],
    ['GET', '/API/Things/List/', 'literal'],
    ['GET', '/things/list', undefined],
    ['GET', '/api/%', 'rest'],
  ])('answers %s %s by the most specific function: %s', (method, path, expected) => {
    const match = router.match(method, path);

    expect(match?.fn.name).toBe(expected);
  });

  it.each([
    ['a%20b%C3%BC', 'a bü'],
    ['%zz%', '%zz%'],
    ['%ffx%20y', '%ffx y'],
    ['%C0%AF', '%C0%AF'],
  ])('reads %s as %s: escapes that stand for no text stay', (segment, id) => {
    const match = router.match('GET', `/api/things/${segment}`);

    expect(match).toMatchObject({ fn: { name: 'parameter' }, params: { id } });
  });

  it('passes over a function that does not take the method', () => {
    const onlyWriter = new Router([fn('writer', 'things/list', ['post'])], '');

    expect(onlyWriter.match('POST', '/things/list')?.fn.name).toBe('writer');
    expect(onlyWriter.match('GET', '/things/list')).toBeUndefined();
  });
});
