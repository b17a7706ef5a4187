import type { IncomingMessage, ServerResponse } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import type { Admin } from './admin.ts';
import { applyCors, type CorsSettings } from './cors.ts';
import type { HostExtension, Invocation, InvocationOutcome, RegisteredFunction } from './extension.ts';
import { parseExtensionSection } from './host-json.ts';
import { sendHttpData, sendStatus, toHttpData } from './http-message.ts';
import { type RouteMatch, Router } from './http-routes.ts';
import type { RequestHandler } from './http-server.ts';
import type { AuthLevel, KeyGuard } from './keys.ts';
import type { Lifecycle } from './lifecycle.ts';
import { type Refusal, refuseRequest, turnAway } from './refusal.ts';
import { BodyFault, type BodyFaultCode, readBody } from './request-body.ts';

const DEFAULT_BODY_LIMIT_BYTES = 104_857_600;
const BODY_LIMIT_SETTING = 'FUNCTIONS_REQUEST_BODY_SIZE_LIMIT';
const EXTENSION_PATH = /^\/(runtime\/webhooks|durabletask)\//i;
const WEBHOOK_PATH = /^\/runtime\/webhooks\//i;

const BODY_STATUS: Readonly<Record<BodyFaultCode, number>> = { body_too_large: 413, request_timeout: 408, request_aborted: 400 };

const CROWDED: Refusal = {
  status: 429,
  code: 'overloaded',
  detail: 'More requests are outstanding than the host takes on (extensions.http.maxOutstandingRequests).',
};

const httpSectionSchema = z.object({
  routePrefix: z.string().default('api'),
  /** Requests running at once; beyond it the answer is 429. -1 for no limit. */
  maxOutstandingRequests: z.number().int().default(-1),
  customHeaders: z.record(z.string(), z.string()).default({}),
});

/** host.json's `extensions.http`. */
export type HttpSection = z.infer<typeof httpSectionSchema>;

/** @throws HostStartError `host_json_invalid` */
export function parseHttpSection(section: Readonly<Record<string, unknown>>): HttpSection {
  return parseExtensionSection(httpSectionSchema, 'http', section);
}

export interface HttpParts {
  readonly section: HttpSection;
  readonly cors: CorsSettings;
  readonly functions: readonly RegisteredFunction[];
  readonly extensions: readonly HostExtension[];
  readonly guard: KeyGuard;
  readonly admin: Admin;
  readonly lifecycle: Lifecycle;
  readonly counters: { httpRequests: number };
  invoke(fn: RegisteredFunction, invocation: Invocation): Promise<InvocationOutcome>;
}

/** Gives each request to the admin API, an extension or the app's own routes, in this order. */
export function createRequestHandler(parts: HttpParts): RequestHandler {
  const { guard, admin, lifecycle, counters, section } = parts;
  const router = new Router(parts.functions.filter(isHttp), section.routePrefix);
  const bodyLimitBytes = Number(process.env[BODY_LIMIT_SETTING] ?? DEFAULT_BODY_LIMIT_BYTES);
  let outstanding = 0;

  const callFunction = async (request: IncomingMessage, response: ServerResponse, url: URL, match: RouteMatch) => {
    if (!guard.allows(authLevel(match.fn), request, url)) return sendStatus(response, 401);
    if (section.maxOutstandingRequests >= 0 && outstanding >= section.maxOutstandingRequests)
      return turnAway(response, CROWDED, 1);
    outstanding += 1;
    try {
      // What comes at once is outstanding at once: in Azure, too, the app gets to it at its next turn, and the host is another process.
      await turn();
      const body = await readBody(request, bodyLimitBytes, BODY_LIMIT_SETTING);
      const { traceparent } = request.headers;
      const outcome = await parts.invoke(match.fn, {
        trigger: toHttpData(request, url, match.params, body),
        ...(typeof traceparent === 'string' ? { traceParent: traceparent } : {}),
      });
      sendHttpData(response, outcome.returnValue, section.customHeaders);
    } finally {
      outstanding -= 1;
    }
  };

  const route: RequestHandler = async (request, response, url) => {
    const { pathname } = url;
    if (/^\/admin\//i.test(pathname)) return admin.handle(request, response, url);
    if (EXTENSION_PATH.test(pathname)) {
      if (WEBHOOK_PATH.test(pathname) && !guard.allowsWebhook(request, url)) return sendStatus(response, 401);
      for (const extension of parts.extensions) {
        if ((await extension.handleHttp?.(request, response, url)) === true) return;
      }
    }
    // Extensions still serve what functions call while they end.
    if (lifecycle.state === 'Stopping') return sendStatus(response, 503);
    const match = router.match(request.method ?? 'GET', pathname);
    if (match === undefined) return sendStatus(response, 404);
    await callFunction(request, response, url, match);
  };

  return async (request, response, url) => {
    counters.httpRequests += 1;
    lifecycle.inFlight.enter();
    try {
      if (!applyCors(request, response, parts.cors)) await route(request, response, url);
    } catch (error) {
      if (!(error instanceof BodyFault)) throw error;
      const { code, message } = error;
      await refuseRequest(request, response, { status: BODY_STATUS[code], code, detail: message });
    } finally {
      lifecycle.inFlight.leave();
    }
  };
}

function isHttp(fn: RegisteredFunction): boolean {
  return fn.trigger.binding.type.toLowerCase() === 'httptrigger';
}

function authLevel(fn: RegisteredFunction): AuthLevel {
  const level = String(fn.trigger.binding['authLevel'] ?? 'function').toLowerCase();
  return level === 'anonymous' || level === 'admin' ? level : 'function';
}
