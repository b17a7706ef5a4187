import type { ApiRequest, ApiResponse } from './api-message.ts';
import { type ArtifactDependencies, getArtifact, listArtifacts } from './artifacts.ts';
import { type CallbackDependencies, listCallbacks, redriveCallbacks } from './callbacks.ts';
import { type ControlDependencies, cancel, deliverRunEvent, resume, suspend } from './control-run.ts';
import { type GetOpenApiDependencies, getOpenApi } from './get-open-api.ts';
import { type GetRunDependencies, getRun } from './get-run.ts';
import { type ListRunsDependencies, listRuns } from './list-runs.ts';
import { type ListTriggersDependencies, listTriggers } from './list-triggers.ts';
import type { Readiness } from './readiness.ts';
import { type RetryRunDependencies, retryRun } from './retry-run.ts';
import type { Operation } from './route.ts';
import { type RunTriggerDependencies, runTrigger } from './run-trigger.ts';
import { type StartRunDependencies, startRun } from './start-run.ts';

/** What the operations need, all together. */
export interface OperationDependencies
  extends StartRunDependencies,
    ControlDependencies,
    GetOpenApiDependencies,
    ArtifactDependencies,
    CallbackDependencies,
    GetRunDependencies,
    ListRunsDependencies,
    ListTriggersDependencies,
    RetryRunDependencies,
    RunTriggerDependencies {
  readonly readiness: Readiness;
}

/** Those that need more than the loaded documents. */
export type WorkingOperation = Exclude<Operation, 'health'>;

/** What each operation does, once its caller is admitted. */
export const OPERATIONS: Readonly<
  Record<WorkingOperation, (request: ApiRequest, dependencies: OperationDependencies) => Promise<ApiResponse>>
> = {
  openApi: getOpenApi,
  startRun,
  listRuns,
  listTriggers,
  runTrigger,
  getRun,
  deliverEventRun: deliverRunEvent,
  cancelRun: cancel,
  suspendRun: suspend,
  resumeRun: resume,
  retryRun,
  listArtifacts,
  getArtifact,
  listCallbacks,
  redriveCallbacks,
  ready: (_, { readiness, orchestrations }) => readiness.look(orchestrations),
};
