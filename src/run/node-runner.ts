import type { JsonValue } from '../json.ts';
import type { EffectNodeKind } from '../nodes/node-kind.ts';
import type { NodeResources } from '../nodes/node-resources.ts';
import { DependencyUnavailableError } from '../ports/errors.ts';
import type { NodeRecord } from '../ports/run-store.ts';
import type { AdvanceDependencies } from './advance-dependencies.ts';
import { executeNode } from './execute-node.ts';
import { failureOf } from './failure.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { artifactPath } from './node-path.ts';
import { storeValue } from './payload.ts';
import { stepArtifacts } from './step-artifacts.ts';
import { storePatience } from './store-patience.ts';
import type { ReadyNode } from './walk.ts';

/** One attempt at a node, as data. */
export interface Attempt extends ReadyNode {
  readonly runId: string;
  readonly pipeline: string;
  /** Counts from 1. */
  readonly attempt: number;
  /** Unix milliseconds, from the durable context. */
  readonly now: number;
  readonly resources: NodeResources;
}

/** What came of an attempt: the record to commit, and the result itself if there is one. */
export interface Attempted {
  readonly record: NodeRecord;
  readonly value?: JsonValue;
}

/**
 * Makes one attempt at a node and tells what came of it.
 *
 * @throws DependencyUnavailableError if a store of ours stayed away: that is no failure of the node
 */
export async function attemptNode(
  { runId, pipeline, path, node, input, scope, attempt, now, resources }: Attempt,
  kind: EffectNodeKind,
  { artifacts, incoming, clock, log }: AdvanceDependencies,
): Promise<Attempted> {
  const startedAt = new Date(clock.now()).toISOString();
  const record = { runId, node: path, kind: node.kind, attempt, startedAt };
  const outcome = await executeNode(kind, node, input, {
    runId,
    pipeline,
    node: path,
    attempt,
    scope,
    mapped: new Set(Object.keys(node.inputMapping ?? {})),
    now,
    resources,
    port: (name) => resources.port(name),
    idempotencyKey: idempotencyKey(runId, path),
    log: (level, message, properties) => log(level, message, { runId, node: path, attempt, ...properties }),
    artifacts: stepArtifacts(artifacts, { runId, folder: artifactPath(path) }),
    incoming,
  }).then(
    (value) => ({ value }),
    (error: unknown) => {
      if (error instanceof DependencyUnavailableError) throw error;
      return { error: { ...failureOf(error), node: path } };
    },
  );
  const finishedAt = () => new Date(clock.now()).toISOString();
  if ('error' in outcome) return { record: { ...record, status: 'failed', error: outcome.error, finishedAt: finishedAt() } };
  // Beside the step's folder, where no file of the step can be. The step's work is done, so the store may take its time.
  const name = `${runId}/${artifactPath(path)}.result.json`;
  const { payload, value } = await storePatience.execute(() => storeValue(outcome.value, name, artifacts));
  return { record: { ...record, status: 'completed', result: payload, finishedAt: finishedAt() }, value };
}
