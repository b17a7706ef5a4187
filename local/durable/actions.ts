import { z } from 'zod';

/** Numbers of the actions an orchestrator function returns. */
export const ActionType = {
  CallActivity: 0,
  CallActivityWithRetry: 1,
  CallSubOrchestrator: 2,
  CallSubOrchestratorWithRetry: 3,
  ContinueAsNew: 4,
  CreateTimer: 5,
  WaitForExternalEvent: 6,
  CallEntity: 7,
  CallHttp: 8,
  SignalEntity: 9,
  WhenAny: 11,
  WhenAll: 12,
  LockEntities: 13,
  ReleaseEntities: 14,
} as const;

const activityFields = { functionName: z.string(), input: z.unknown().optional() };
const childFields = { ...activityFields, instanceId: z.string().nullish(), version: z.string().nullish() };

const retryOptions = z.object({
  firstRetryIntervalInMilliseconds: z.number(),
  maxNumberOfAttempts: z.number(),
  backoffCoefficient: z.number().nullish(),
  maxRetryIntervalInMilliseconds: z.number().nullish(),
});

export type RetryOptions = z.infer<typeof retryOptions>;

/** An HTTP call of an orchestrator; `asynchronousPatternEnabled` asks for polling while the answer is 202. */
export const httpRequest = z.object({
  method: z.string(),
  uri: z.string(),
  content: z.string().nullish(),
  headers: z.record(z.string(), z.coerce.string()).nullish(),
  tokenSource: z.unknown().optional(),
  asynchronousPatternEnabled: z.boolean(),
});

export type HttpRequest = z.infer<typeof httpRequest>;

const action = z.discriminatedUnion('actionType', [
  z.object({ actionType: z.literal(ActionType.CallActivity), ...activityFields }),
  z.object({ actionType: z.literal(ActionType.CallActivityWithRetry), ...activityFields, retryOptions }),
  z.object({ actionType: z.literal(ActionType.CallSubOrchestrator), ...childFields }),
  z.object({ actionType: z.literal(ActionType.CallSubOrchestratorWithRetry), ...childFields, retryOptions }),
  z.object({ actionType: z.literal(ActionType.ContinueAsNew), input: z.unknown().optional() }),
  z.object({ actionType: z.literal(ActionType.CreateTimer), fireAt: z.string(), isCanceled: z.boolean() }),
  z.object({ actionType: z.literal(ActionType.CallHttp), httpRequest }),
  z.object({ actionType: z.literal(ActionType.WaitForExternalEvent), externalEventName: z.string() }),
  z.object({
    actionType: z.literal([ActionType.WhenAny, ActionType.WhenAll]),
    get compoundActions() {
      return z.array(action);
    },
  }),
  z.object({
    actionType: z.literal([ActionType.CallEntity, ActionType.SignalEntity, ActionType.LockEntities, ActionType.ReleaseEntities]),
  }),
]);

export type Action = z.infer<typeof action>;

const failureDetails = z.object({
  ErrorType: z.string(),
  ErrorMessage: z.string(),
  StackTrace: z.string().optional(),
  IsNonRetriable: z.boolean(),
  Properties: z.record(z.string(), z.unknown()).optional(),
});

/** What the orchestrator function returns from one episode: every action of the execution so far, and how far it came. */
const orchestratorState = z.object({
  isDone: z.boolean().optional(),
  actions: z.array(z.array(action)),
  output: z.unknown().optional(),
  error: z.string().optional(),
  customStatus: z.unknown().optional(),
  failureDetails: failureDetails.optional(),
});

export type OrchestratorState = z.infer<typeof orchestratorState>;

/** Parts a thrown orchestrator failure's text from the state behind it. */
const FAILURE_MARK = '\n\n$OutOfProcData$:';

/** How an orchestrator function's invocation ended. */
export type OrchestratorResult =
  | { readonly kind: 'returned'; readonly state: OrchestratorState }
  | { readonly kind: 'threw'; readonly state: OrchestratorState }
  /** No state came back that could be gone on with: the function, the SDK or the host failed outside the orchestration's own code. */
  | { readonly kind: 'broken'; readonly message: string };

export function readReturnedState(json: string | undefined): OrchestratorResult {
  return readState('returned', json ?? '');
}

export function readThrownState(error: unknown): OrchestratorResult {
  const message = error instanceof Error ? error.message : String(error);
  const mark = message.indexOf(FAILURE_MARK);
  return mark < 0 ? { kind: 'broken', message } : readState('threw', message.slice(mark + FAILURE_MARK.length));
}

function readState(kind: 'returned' | 'threw', json: string): OrchestratorResult {
  try {
    return { kind, state: orchestratorState.parse(JSON.parse(json)) };
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    return { kind: 'broken', message: `it returned no orchestrator state this host understands (${detail})` };
  }
}
