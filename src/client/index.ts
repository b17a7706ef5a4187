/** A client of the HTTP API for other programs. It needs nothing but `fetch`, so this folder can be copied into any project. */
export { HexdagClient } from './client.ts';
export { HexdagClientError } from './errors.ts';
export type {
  CallOptions,
  ClientOptions,
  ListFilter,
  ReasonOptions,
  RetryOptions,
  RunTriggerOptions,
  StartOptions,
  WaitOptions,
} from './options.ts';
export type {
  Artifact,
  ArtifactContent,
  ArtifactList,
  Callback,
  CallbackList,
  ControlAnswer,
  EventAnswer,
  Failure,
  Health,
  Problem,
  Readiness,
  RedriveAnswer,
  RetryAnswer,
  Run,
  RunNode,
  RunPage,
  RunStatus,
  RunSummary,
  RunWait,
  StartAnswer,
  StartedRun,
  TimerStatus,
  TriggerList,
} from './types.ts';
