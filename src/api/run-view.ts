import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { ArtifactReference } from '../ports/artifact-store.ts';
import type { FailureRecord, NodeRecord, Payload, RunRecord } from '../ports/run-store.ts';
import type { WaitRecord } from '../ports/wait-store.ts';

/** A reference to an artifact, as answers show it. */
export type ArtifactView = ArtifactReference & JsonObject;

/** A run as lists show it. What was put in is not shown: it may be anything. */
export function runSummary(run: RunRecord): JsonObject {
  return {
    runId: run.runId,
    pipeline: run.pipeline,
    trigger: run.trigger,
    status: run.status,
    acceptedAt: run.acceptedAt,
    ...(run.retry === undefined ? {} : { retry: run.retry }),
    ...(run.retriedAt === undefined ? {} : { retriedAt: run.retriedAt }),
    ...(run.finishedAt === undefined ? {} : { finishedAt: run.finishedAt, durationMs: between(run.acceptedAt, run.finishedAt) }),
    ...(run.error === undefined ? {} : { error: failureView(run.error) }),
  };
}

/** A run with its nodes. Nodes that compute without an effect leave no record, so they are not in it. */
export function runView(run: RunRecord, nodes: readonly NodeRecord[], waits: readonly WaitRecord[]): JsonObject {
  const waiting = waits.filter(({ status }) => status === 'open').map(waitView);
  return {
    ...runSummary(run),
    planHash: run.planHash,
    event: {
      key: run.eventKey,
      type: run.eventType,
      source: run.eventSource,
      ...(run.correlationId === undefined ? {} : { correlationId: run.correlationId }),
    },
    ...(run.output === undefined ? {} : outputView(run.output)),
    ...(run.parent === undefined ? {} : { parent: { ...run.parent } }),
    ...(waiting.length === 0 ? {} : { waiting }),
    nodes: [...nodes].sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.node.localeCompare(b.node)).map(nodeView),
  };
}

/**
 * The artifacts that the records of a run name: its output and its nodes' results, and files that those refer to. What was put in is
 * not among them, nor is what is another run's: a result may hold whatever somebody sent.
 */
export function artifactsOf(run: RunRecord, nodes: readonly NodeRecord[]): readonly ArtifactView[] {
  const payloads = [run.output, ...nodes.map(({ result }) => result)].filter((payload) => payload !== undefined);
  const named = payloads.flatMap((payload) => ('blob' in payload ? [payload.blob] : [...referencesIn(payload.value)]));
  const own = named.filter(({ name }) => name.startsWith(`${run.runId}/`) && !name.startsWith(`${run.runId}/input/`));
  const byName = new Map(own.map((reference) => [reference.name, artifactView(reference)]));
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function waitView({ node, eventKey, openedAt, until }: WaitRecord): JsonObject {
  return { node, eventKey, openedAt, ...(until === undefined ? {} : { until }) };
}

function outputView(output: Payload): JsonObject {
  return 'blob' in output ? { outputArtifact: artifactView(output.blob) } : { output: output.value };
}

function nodeView(node: NodeRecord): JsonObject {
  return {
    name: node.node,
    kind: node.kind,
    status: node.status,
    attempt: node.attempt,
    startedAt: node.startedAt,
    finishedAt: node.finishedAt,
    durationMs: between(node.startedAt, node.finishedAt),
    ...(node.error === undefined ? {} : { error: failureView(node.error) }),
    ...(node.result === undefined ? {} : resultView(node.result)),
  };
}

function resultView(result: Payload): JsonObject {
  if ('blob' in result) return { artifacts: [artifactView(result.blob)] };
  return { result: result.value, artifacts: [...referencesIn(result.value)].map(artifactView) };
}

/** The references to artifacts that a result carries, at any depth. */
function* referencesIn(value: JsonValue): Generator<ArtifactReference> {
  if (typeof value !== 'object' || value === null) return;
  if (isArtifactReference(value)) yield value;
  else for (const part of Object.values(value)) yield* referencesIn(part);
}

function isArtifactReference(value: JsonValue): value is JsonObject & ArtifactReference {
  if (!isJsonObject(value)) return false;
  const { name, sha256, bytes, contentType } = value;
  return typeof name === 'string' && typeof sha256 === 'string' && typeof bytes === 'number' && typeof contentType === 'string';
}

/** Without what else a result says of it. */
function artifactView({ name, sha256, bytes, contentType }: ArtifactReference): ArtifactView {
  return { name, sha256, bytes, contentType };
}

function failureView({ type, code, message, retryable, node }: FailureRecord): JsonObject {
  return { type, code, message, retryable, ...(node === undefined ? {} : { node }) };
}

function between(start: string, end: string): number {
  return Math.max(0, Date.parse(end) - Date.parse(start));
}
