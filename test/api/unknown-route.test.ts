import { describe, expect, it } from 'vitest';
import { answerUnknownRoute } from '../../src/api/unknown-route.ts';

const MISSING = { setting: 'SB', code: 'config_missing', message: 'is missing', remedy: 'Set it.' } as const;

describe('a request that no route takes', () => {
  it.each([
    ['nothing', 'GET', 404, 'route_unknown', undefined],
    ['', 'GET', 404, 'route_unknown', undefined],
    ['runs/x/y/z', 'GET', 404, 'route_unknown', undefined],
    ['runs', 'GET', 404, 'route_unknown', undefined],
    ['webhooks/payments', 'POST', 404, 'route_unknown', undefined],
    ['runs', 'POST', 405, 'method_not_allowed', 'GET, HEAD'],
    ['RUNS/x/', 'DELETE', 405, 'method_not_allowed', 'GET, HEAD'],
    ['runs/x/cancel', 'GET', 405, 'method_not_allowed', 'POST'],
    ['runs/x/artifacts/a/b/c', 'PUT', 405, 'method_not_allowed', 'GET, HEAD'],
  ])('for %j by %s is answered %i %s', (path, method, status, code, allow) => {
    const answer = answerUnknownRoute(path, method);

    expect(answer).toMatchObject({ status, body: { code } });
    expect(answer.headers['allow']).toBe(allow);
  });

  it.each([
    ['runs', 'GET'],
    ['webhooks/payments', 'POST'],
  ])('for %s because settings are missing is told so, and may come again', (path, method) => {
    const answer = answerUnknownRoute(path, method, [MISSING]);

    expect(answer).toMatchObject({ status: 503, body: { code: 'config_invalid' }, headers: { 'retry-after': '60' } });
  });
});
