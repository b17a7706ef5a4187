import { z } from 'zod';
import type { JsonValue } from '../../json.ts';
import type { NodeRecord, RunRecord } from '../../ports/run-store.ts';
import type { WaitRecord } from '../../ports/wait-store.ts';
import { runPosition } from '../run-order.ts';
import { MalformedDocumentError } from './cosmos-errors.ts';

/** The run's own document; every run is a partition, so its id need not be unique among runs. */
export const RUN_ID = 'run';

/** Cosmos DB allows none of `/ \ # ?` in ids, and `%` confuses some clients. */
const UNSAFE_IN_ID = /[/\\#?%~]/g;

export function nodeDocumentId(node: string): string {
  return `node:${safeInId(node)}`;
}

export function waitDocumentId(node: string): string {
  return `wait:${safeInId(node)}`;
}

export function safeInId(node: string): string {
  return node.replace(UNSAFE_IN_ID, (character) => `~${character.charCodeAt(0).toString(16)}`);
}

/** `position` orders runs by acceptance; from `checkAfter` on, the sweeper looks whether somebody is at work on the run. */
export function toRunDocument(run: RunRecord) {
  return { id: RUN_ID, type: 'run', position: runPosition(run), checkAfter: run.acceptedAt, ...run };
}

export function toNodeDocument(node: NodeRecord) {
  return { id: nodeDocumentId(node.node), type: 'node', ...node };
}

export function toWaitDocument(wait: WaitRecord) {
  return { id: waitDocumentId(wait.node), type: 'wait', ...wait };
}

export const json = z.custom<JsonValue>((value) => value !== undefined, 'must be there');

const artifact = z.object({ name: z.string(), sha256: z.string(), bytes: z.number(), contentType: z.string() });

const payload = z.union([z.object({ value: json }), z.object({ blob: artifact })]);

const failure = z.object({
  type: z.string(),
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  retryAfterMs: z.number().exactOptional(),
  node: z.string().exactOptional(),
});

const runDocument = z.object({
  runId: z.string(),
  pipeline: z.string(),
  planHash: z.string(),
  trigger: z.string(),
  eventKey: z.string(),
  eventType: z.string(),
  eventSource: z.string(),
  correlationId: z.string().exactOptional(),
  traceParent: z.string().exactOptional(),
  payloadHash: z.string(),
  input: payload,
  parent: z.object({ runId: z.string(), node: z.string() }).exactOptional(),
  status: z.enum(['accepted', 'running', 'completed', 'failed', 'cancelled']),
  acceptedAt: z.string(),
  retry: z.number().exactOptional(),
  retriedAt: z.string().exactOptional(),
  finishedAt: z.string().exactOptional(),
  output: payload.exactOptional(),
  error: failure.exactOptional(),
});

const nodeDocument = z.object({
  runId: z.string(),
  node: z.string(),
  kind: z.string(),
  status: z.enum(['completed', 'failed']),
  result: payload.exactOptional(),
  error: failure.exactOptional(),
  attempt: z.number(),
  startedAt: z.string(),
  finishedAt: z.string(),
});

const waitDocument = z.object({
  runId: z.string(),
  node: z.string(),
  eventKey: z.string(),
  openedAt: z.string(),
  until: z.string().exactOptional(),
  setup: json.exactOptional(),
  status: z.enum(['open', 'decided', 'timed_out']),
  decidedAt: z.string().exactOptional(),
  payload: payload.exactOptional(),
  payloadHash: z.string().exactOptional(),
});

/** @throws MalformedDocumentError */
export function fromRunDocument(document: unknown): RunRecord {
  return parse(runDocument, document, 'run');
}

/** @throws MalformedDocumentError */
export function fromNodeDocument(document: unknown): NodeRecord {
  return parse(nodeDocument, document, 'node');
}

/** @throws MalformedDocumentError */
export function fromWaitDocument(document: unknown): WaitRecord {
  return parse(waitDocument, document, 'wait');
}

/** From a node's own document, or from that of the run it ended. @throws MalformedDocumentError */
export function fromNodeHolder(document: unknown): NodeRecord {
  const run = z.object({ lastNode: z.unknown() }).safeParse(document);
  return fromNodeDocument(run.success && run.data.lastNode !== undefined ? run.data.lastNode : document);
}

/** @throws MalformedDocumentError */
export function parse<Schema extends z.ZodType>(schema: Schema, document: unknown, what: string): z.infer<Schema> {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const partition = z.object({ runId: z.string() }).safeParse(document);
  const where = partition.success ? `of the run ${partition.data.runId}` : 'of an unknown run';
  const issues = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ');
  throw new MalformedDocumentError(`The ${what} document ${where} is not what this version writes (${issues}).`);
}
