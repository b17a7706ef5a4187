import type { RegisteredFunction } from './extension.ts';
import { parseTemplate, type RouteTemplate } from './route-template.ts';

export interface RouteMatch {
  readonly fn: RegisteredFunction;
  readonly params: Readonly<Record<string, string>>;
}

interface Route {
  readonly fn: RegisteredFunction;
  readonly template: RouteTemplate;
  /** Upper case; undefined lets every method pass. */
  readonly methods: ReadonlySet<string> | undefined;
}

/** Finds the function behind a method and path; the most specific template wins. */
export class Router {
  readonly #routes: readonly Route[];

  /** @throws HostStartError `route_invalid` */
  constructor(functions: readonly RegisteredFunction[], prefix: string) {
    this.#routes = functions.map((fn) => toRoute(fn, prefix)).sort((a, b) => compareRanks(a.template.ranks, b.template.ranks));
  }

  match(method: string, pathname: string): RouteMatch | undefined {
    const segments = pathSegments(pathname);
    for (const { fn, template, methods } of this.#routes) {
      if (methods !== undefined && !methods.has(method)) continue;
      const params = template.match(segments);
      if (params !== undefined) return { fn, params };
    }
    return undefined;
  }
}

/** The path of an HTTP function as a template, without leading slash. */
export function routeOf(fn: RegisteredFunction, prefix: string): string {
  const { route } = fn.trigger.binding;
  const own = typeof route === 'string' && route !== '' ? route : fn.name;
  return [prefix, own].flatMap((part) => part.split('/').filter((segment) => segment !== '')).join('/');
}

function toRoute(fn: RegisteredFunction, prefix: string): Route {
  const { methods } = fn.trigger.binding;
  return {
    fn,
    template: parseTemplate(routeOf(fn, prefix)),
    methods:
      Array.isArray(methods) && methods.length > 0 ? new Set(methods.map((name) => String(name).toUpperCase())) : undefined,
  };
}

function compareRanks(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function pathSegments(pathname: string): readonly string[] {
  return pathname
    .split('/')
    .filter((segment) => segment !== '')
    .map((segment) => segment.replace(/(?:%[0-9a-f]{2})+/gi, decodeLeniently));
}

/** As the host does it: escapes that stand for no text stay as they are. */
function decodeLeniently(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}
