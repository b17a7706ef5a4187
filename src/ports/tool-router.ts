import type { JsonObject, JsonValue } from '../json.ts';

export interface ToolDescription {
  readonly name: string;
  readonly description?: string;
  /** Parameter names in their order; absent if any are taken. */
  readonly params?: readonly string[];
}

export interface ToolCallOptions {
  /** The same for every attempt of this call; to be sent with what changes something. */
  readonly idempotencyKey: string;
  readonly signal: AbortSignal;
}

/** Tools that all agents of a pipeline share. */
export interface ToolRouter {
  tools(): Promise<readonly ToolDescription[]>;
  /** Calls one of `tools()`. What it throws is told to the model. */
  call(name: string, args: JsonObject, options: ToolCallOptions): Promise<JsonValue>;
}

export function isToolRouter(port: unknown): port is ToolRouter {
  if (typeof port !== 'object' || port === null || !('tools' in port) || !('call' in port)) return false;
  return typeof port.tools === 'function' && typeof port.call === 'function';
}
