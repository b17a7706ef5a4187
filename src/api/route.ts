import type { z } from 'zod';
import type { Role } from './roles.ts';

/** The function of each route, and what OpenAPI calls the operation. */
export type Operation =
  | 'health'
  | 'openApi'
  | 'startRun'
  | 'listRuns'
  | 'listTriggers'
  | 'runTrigger'
  | 'getRun'
  | 'deliverEventRun'
  | 'cancelRun'
  | 'suspendRun'
  | 'resumeRun'
  | 'retryRun'
  | 'listArtifacts'
  | 'getArtifact'
  | 'listCallbacks'
  | 'redriveCallbacks'
  | 'ready';

/** One operation of the API: what may be sent, by whom, and what comes back. */
export interface Route {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST';
  /** Below `/api`; `{*name}` takes the rest of the path, slashes included. */
  readonly path: string;
  /** What the caller must be allowed to do; `anyone` needs neither token nor key. */
  readonly role: Role | 'anyone';
  readonly summary: string;
  readonly params?: z.ZodObject;
  /** Without it the route takes no query at all. */
  readonly query?: z.ZodObject;
  /** Headers that mean something to it; each may be left out. */
  readonly headers?: z.ZodObject;
  readonly body?: RouteBody;
  /** By status. */
  readonly answers: Readonly<Record<number, RouteAnswer>>;
  /**
   * Codes of its own problems, by status. Those that come from any route are not among them: access, ids, queries, large bodies,
   * stores that are away.
   */
  readonly refusals: Readonly<Record<number, readonly string[]>>;
}

interface RouteBody {
  readonly schema: z.ZodType;
  readonly mediaTypes: readonly string[];
  readonly required: boolean;
}

interface RouteAnswer {
  readonly description: string;
  /** Of the JSON that it is; without it there is none. */
  readonly schema?: z.ZodType;
  /** Whether it may be bytes of any media type, too, JSON of any form among them. */
  readonly orBytes?: boolean;
  readonly headers?: readonly ('location' | 'retry-after')[];
}

/** What a route is registered for: who may read may ask for the headers alone. */
export function methodsOf({ method }: Route): ('GET' | 'HEAD' | 'POST')[] {
  return method === 'GET' ? ['GET', 'HEAD'] : [method];
}
