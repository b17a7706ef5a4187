import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/json.ts';
import { renderUrl, writtenHost } from '../../src/nodes/call-url.ts';

function render(url: string, values: JsonObject) {
  return renderUrl(url, (name) => (Object.hasOwn(values, name) ? values[name] : undefined), 'n');
}

describe('the URL of a call', () => {
  it.each<[string, JsonObject, string]>([
    ['/orders/{{id}}', { id: 7 }, '/orders/7'],
    ['/orders/{{id}}/..', { id: 'a/b?c=d' }, '/orders/a/b?c=d/..'],
    ['/orders?next={{path}}', { path: '../x' }, '/orders?next=../x'],
    ['{{url}}', { url: 'https://api.example/x' }, 'https://api.example/x'],
    ['https://api.example{{path}}', { path: '/x' }, 'https://api.example/x'],
    ['https://api.example{{path}}', { path: '' }, 'https://api.example'],
    ['https://{{tenant}}.example/x', { tenant: 'eu-1' }, 'https://eu-1.example/x'],
    ['https://{{host}}/x', { host: 'api.example:8080' }, 'https://api.example:8080/x'],
    ['http://localhost:{{port}}/x', { port: 7071 }, 'http://localhost:7071/x'],
  ])('%s with %j is %s', (url, values, expected) => {
    const rendered = render(url, values);

    expect(rendered).toBe(expected);
  });

  it.each<[string, JsonObject]>([
    ['https://api.example{{path}}', { path: '.evil.example/x' }],
    ['https://api.example{{path}}', { path: '@evil.example/x' }],
    ['https://api.example{{path}}', { path: ':80@evil.example' }],
    ['https://{{tenant}}.example/x', { tenant: 'evil.test/' }],
    ['https://{{tenant}}.example/x', { tenant: 'evil.test#' }],
    ['https://{{tenant}}.example/x', { tenant: 'evil.test\\' }],
    ['https://{{tenant}}.example/x', { tenant: 'user:word@evil.test:80' }],
    ['http://localhost:{{port}}/x', { port: '80@evil.test' }],
  ])('%s cannot be led to another host by %j', (url, values) => {
    const attempt = () => render(url, values);

    expect(attempt).toThrow(expect.objectContaining({ code: 'url_unsafe' }));
    expect(attempt).toThrow(expect.objectContaining({ message: expect.not.stringContaining('evil') }));
  });

  it('EX16 is not made when a value leads up, whatever follows in it, and is not encoded either: a value may be a path', () => {
    const attempt = () => render('/orders/{{id}}', { id: '../admin?x=#' });

    expect(attempt).toThrow(expect.objectContaining({ code: 'url_unsafe' }));
    expect(render('/orders/{{id}}', { id: 'admin?x=#' })).toBe('/orders/admin?x=#');
  });

  it.each(['..', '../admin', 'a/../../admin', 'a\\..', '%2e%2E/admin', '..?x'])('cannot be led to another path by %s', (id) => {
    const attempt = () => render('/orders/{{id}}', { id });

    expect(attempt).toThrow(expect.objectContaining({ code: 'url_unsafe' }));
  });
});

describe('the host that a URL is written with', () => {
  it.each([
    ['http://API.example', 'api.example'],
    ['http://169.254.169.254/{{path}}', '169.254.169.254'],
    ['http://2852039166?x={{x}}', '169.254.169.254'],
    ['http://[::ffff:a9fe:a9fe]:80/', '[::ffff:a9fe:a9fe]'],
    ['http://{{host}}/', undefined],
    ['http://10.0.0.{{n}}/', undefined],
    ['{{url}}', undefined],
    ['/orders', undefined],
    ['http://', undefined],
  ])('of %s is %s', (url, expected) => {
    const host = writtenHost(url);

    expect(host).toBe(expected);
  });
});
