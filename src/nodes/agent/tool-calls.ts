import { z } from 'zod';
import { messageOf } from '../../errors.ts';
import { parseExactJson } from '../../exact-json.ts';
import { ExpressionError } from '../../expression/errors.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { readBracketed } from './bracketed.ts';
import { parseLiteral } from './literal.ts';

export const TOOL_CALL_STYLES = ['mixed', 'function_call', 'json'] as const;
export type ToolCallStyle = (typeof TOOL_CALL_STYLES)[number];

export interface ToolCall {
  readonly kind: 'call';
  readonly tool: string;
  /** Arguments without a name; only the function style has them. */
  readonly positional: readonly JsonValue[];
  readonly named: JsonObject;
}

/** Something that was meant to be a call. */
export interface MalformedCall {
  readonly kind: 'malformed';
  readonly tool: string;
  readonly problem: string;
}

/** More calls in one reply are not read. */
const MAX_CALLS = 50;
const MARKER = /INVOKE_TOOL:\s*/g;
const NAME = /([A-Za-z_][\w.:-]{0,200})\s*(?=\()/y;
const NAMED_ARGUMENT = /^\s*([A-Za-z_]\w*)\s*=(?!=)([\s\S]*)$/;
/** Unquoted text, as models write it: `city=Berlin`. */
const BARE_WORD = /^[^\s'"()[\]{},=]+$/;

const jsonCall = z.object({ tool: z.string().min(1).max(200), params: z.record(z.string(), z.json()).optional() });

/**
 * The calls in a model's reply, in their order: `INVOKE_TOOL: name(key='value')` or
 * `INVOKE_TOOL: {"tool": "name", "params": {…}}`. What stands within the arguments of a call is never a call, and nothing is read
 * behind a call that is not closed: it may be an argument. Never throws.
 */
export function parseToolCalls(reply: string, style: ToolCallStyle): readonly (ToolCall | MalformedCall)[] {
  const calls: (ToolCall | MalformedCall)[] = [];
  const marker = new RegExp(MARKER);
  while (calls.length < MAX_CALLS && marker.exec(reply) !== null) {
    const { call, end } = readCall(reply, marker.lastIndex, style);
    if (call !== undefined) calls.push(call);
    marker.lastIndex = end;
  }
  return calls;
}

interface ReadCall {
  readonly call?: ToolCall | MalformedCall;
  /** Where reading goes on. */
  readonly end: number;
}

function readCall(reply: string, at: number, style: ToolCallStyle): ReadCall {
  if (reply[at] === '{' && style !== 'function_call') return readJsonCall(reply, at);
  NAME.lastIndex = at;
  const [head, tool] = NAME.exec(reply) ?? [];
  if (head === undefined || tool === undefined || style === 'json') return { end: at };
  const start = at + head.length;
  const content = readBracketed(reply, start);
  if (content === undefined) return { call: malformed(tool, 'its brackets or quotes are not closed'), end: reply.length };
  return { call: readArguments(tool, content.parts), end: content.end };
}

function readJsonCall(reply: string, at: number): ReadCall {
  const content = readBracketed(reply, at);
  if (content === undefined) return { call: malformed('?', 'its JSON is not closed'), end: reply.length };
  const parsed = jsonCall.safeParse(parseObject(reply.slice(at, content.end)));
  if (!parsed.success) {
    return { call: malformed('?', 'it is not {"tool": "name", "params": {…}} in JSON'), end: content.end };
  }
  const { tool, params = {} } = parsed.data;
  return { call: { kind: 'call', tool, positional: [], named: params }, end: content.end };
}

/** JSON, or a Python dict, which models write in its place. */
function parseObject(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    try {
      return parseLiteral(text);
    } catch {
      return undefined;
    }
  }
}

function readArguments(tool: string, parts: readonly string[]): ToolCall | MalformedCall {
  const positional: JsonValue[] = [];
  const named = new Map<string, JsonValue>();
  // None at all, or a comma behind the last.
  const given = parts.at(-1)?.trim() === '' ? parts.slice(0, -1) : parts;
  for (const part of given) {
    const [, name, text = part] = NAMED_ARGUMENT.exec(part) ?? [];
    try {
      const value = readArgument(text.trim());
      if (name === undefined) positional.push(value);
      else named.set(name, value);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return malformed(tool, `its argument ${name === undefined ? '' : `'${name}' `}cannot be read: ${messageOf(error)}`);
    }
  }
  return { kind: 'call', tool, positional, named: Object.fromEntries(named) };
}

function readArgument(text: string): JsonValue {
  try {
    return parseLiteral(text);
  } catch (error) {
    if (error instanceof ExpressionError && BARE_WORD.test(text)) return text;
    throw error;
  }
}

function malformed(tool: string, problem: string): MalformedCall {
  return { kind: 'malformed', tool, problem };
}
