/** A client of the HTTP API for other programs. It needs nothing but `fetch`, so this folder can be copied into any project. */
export {
  type ClientOptions,
  HexdagClient,
  type ListFilter,
  type RunTriggerOptions,
  type StartOptions,
  type WaitOptions,
} from './client.ts';
export { HexdagClientError } from './errors.ts';
export type {
  Artifact,
  ControlAnswer,
  EventAnswer,
  Failure,
  Health,
  Problem,
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
