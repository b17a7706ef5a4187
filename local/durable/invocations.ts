import { z } from 'zod';
import type { ExtensionHost, RegisteredFunction } from '../functions-host/extension.ts';
import type { TypedData } from '../functions-host/typed-data.ts';
import { type OrchestratorResult, readReturnedState, readThrownState } from './actions.ts';
import { EventType, type FailureDetails, stamped, type TaskFailure, type TaskSucceeded } from './history.ts';
import { DEFAULT_POLLING_MS } from './http-polling.ts';
import type { LiveInstance } from './live-instance.ts';
import type { TimerLimits } from './replay.ts';
import { describeReuse, findReusedAction } from './reused-tasks.ts';

/** Newest schema of the orchestrator payload: long timers are cut and HTTP calls polled by the SDK. */
const SCHEMA_VERSION = 3;

/** The orchestration trigger's payload. `history` is the events' JSON texts joined by commas, each with its `IsPlayed`. */
export function orchestratorPayload(instance: LiveInstance, history: string, limits: TimerLimits): string {
  const rest = JSON.stringify({
    instanceId: instance.id,
    isReplaying: instance.episodes > 0,
    parentInstanceId: instance.parent?.instanceId ?? null,
    upperSchemaVersion: 1,
    upperSchemaVersionNew: SCHEMA_VERSION,
    maximumShortTimerDuration: timeSpan(limits.maximumShort),
    longRunningTimerIntervalDuration: timeSpan(limits.longInterval),
    // The SDK spells it like this.
    defaultHttpAsyncRequestSleepTimeMillseconds: DEFAULT_POLLING_MS,
  });
  return `{"history":[${history}],"input":${instance.input || 'null'},${rest.slice(1)}`;
}

/** `d.hh:mm:ss.fff` */
function timeSpan(ms: number): string {
  const day = 86_400_000;
  const time = new Date(ms % day).toISOString().slice(11, 23);
  return `${Math.floor(ms / day)}.${time}`;
}

export async function invokeOrchestrator(
  host: ExtensionHost,
  fn: RegisteredFunction,
  payload: string,
  traceParent: string | null,
): Promise<OrchestratorResult> {
  try {
    const invocation = { trigger: { string: payload }, ...(traceParent && { traceParent }) };
    const { returnValue, rawResult } = await host.invoke(fn, invocation);
    const reused = findReusedAction(rawResult);
    if (reused !== undefined) return { kind: 'broken', message: describeReuse(reused) };
    return readReturnedState(returnValue?.json ?? returnValue?.string);
  } catch (error) {
    return readThrownState(error);
  }
}

export interface ActivityCall {
  readonly taskId: number;
  readonly name: string;
  /** JSON text of the action's input, null if it has none. */
  readonly input: string | null;
  readonly instanceId: string;
  readonly traceParent: string | null;
}

/** Runs an activity; its outcome, good or bad, is the event that answers the task. */
export async function invokeActivity(
  host: ExtensionHost,
  fn: RegisteredFunction | undefined,
  call: ActivityCall,
): Promise<TaskSucceeded | TaskFailure> {
  if (fn === undefined) {
    const message = `The function '${call.name}' doesn't exist, is disabled, or is not an activity function.`;
    return taskFailure(call, host.clock.now(), message, '', undefined);
  }
  try {
    const { returnValue } = await host.invoke(fn, {
      trigger: activityInput(call.input),
      triggerMetadata: { instanceId: { string: call.instanceId } },
      ...(call.traceParent && { traceParent: call.traceParent }),
    });
    const event = stamped(EventType.TaskCompleted, host.clock.now());
    return { ...event, TaskScheduledId: call.taskId, Result: resultText(returnValue) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const details = readFailureDetails(message);
    const stack = error instanceof Error ? (error.stack ?? '') : '';
    return taskFailure(call, host.clock.now(), details?.ErrorMessage ?? message, stack, details);
  }
}

export function taskFailure(
  { taskId, name }: ActivityCall,
  now: number,
  message: string,
  stack: string,
  details: FailureDetails | undefined,
): TaskFailure {
  return {
    ...stamped(EventType.TaskFailed, now),
    TaskScheduledId: taskId,
    Reason: `Activity function '${name}' failed: ${message}`,
    Details: stack,
    FailureDetails: details,
  };
}

/** The SDK encodes a text as JSON once more; it travels as a string, which the function's library decodes. */
function activityInput(input: string | null): TypedData {
  if (input === null || input === 'null') return {};
  const value: unknown = input.startsWith('"') ? JSON.parse(input) : undefined;
  return typeof value === 'string' ? { string: value } : { json: input };
}

function resultText(value: TypedData | null | undefined): string {
  if (value?.json !== undefined) return value.json;
  if (value?.bytes !== undefined) return JSON.stringify(Buffer.from(value.bytes).toString('base64'));
  return JSON.stringify(value?.string ?? value?.int ?? value?.double ?? null);
}

const exceptionProperties = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  isNonRetriable: z.boolean().default(false),
  properties: z.record(z.string(), z.unknown()).optional(),
  stackTrace: z.string().optional(),
});

/** With an exception properties provider, the SDK makes an activity throw its failure's details as JSON text. */
function readFailureDetails(message: string): FailureDetails | undefined {
  if (!message.startsWith('{')) return undefined;
  try {
    const { errorType, errorMessage, stackTrace, isNonRetriable, properties } = exceptionProperties.parse(JSON.parse(message));
    return {
      ErrorType: errorType,
      ErrorMessage: errorMessage,
      StackTrace: stackTrace,
      IsNonRetriable: isNonRetriable,
      Properties: properties,
    };
  } catch {
    return undefined;
  }
}
