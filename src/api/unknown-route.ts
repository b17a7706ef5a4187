import type { ConfigProblem } from '../config.ts';
import type { ApiResponse } from './api-message.ts';
import { problem } from './problem.ts';
import { methodsOf } from './route.ts';
import { ROUTES } from './routes.ts';

const PLACEHOLDER = /\\\{(\\\*)?\w+\\\}/g;
const WEBHOOK = /^webhooks\/./i;

/** Answers what no route of the API takes: the path is unknown, it is not for the method, or nothing is served at all. */
export function answerUnknownRoute(path: string, method: string, settings: readonly ConfigProblem[] = []): ApiResponse {
  const allowed: readonly string[] = ROUTES.filter((route) => patternOf(route.path).test(path)).flatMap(methodsOf);
  if (allowed.length > 0 && !allowed.includes(method)) {
    const detail = `This path is for ${allowed.join(' and ')} only.`;
    return problem({ status: 405, code: 'method_not_allowed', detail, headers: { allow: allowed.join(', ') } });
  }
  // Where nothing is served, which webhooks there are is left open. And a host may find a path odd that looks like one of ours.
  if (settings.length === 0 || (allowed.length === 0 && !WEBHOOK.test(path))) {
    return problem({ status: 404, code: 'route_unknown', detail: 'The API has no such path.' });
  }
  const detail = `The app's settings are missing or wrong (${settings.length}); GET /api/health names them.`;
  return problem({ status: 503, code: 'config_invalid', detail, headers: { 'retry-after': '60' } });
}

function patternOf(path: string): RegExp {
  const text = path
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(PLACEHOLDER, (_, rest) => (rest === undefined ? '[^/]+' : '.+'));
  return new RegExp(`^${text}/?$`, 'i');
}
