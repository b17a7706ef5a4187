/** The answers of the API. Times are RFC 3339 in UTC, `…Ms` milliseconds. Later versions of the app may add members. */

/** `completed`, `failed` and `cancelled` are for good. */
export type RunStatus = 'accepted' | 'running' | 'completed' | 'failed' | 'cancelled';

/** Why a run or a node failed. */
export interface Failure {
  readonly type: string;
  /** Stable: what programs branch on. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  /** Path of the node that failed. */
  readonly node?: string;
}

/** A run as lists show it. */
export interface RunSummary {
  readonly runId: string;
  readonly pipeline: string;
  readonly trigger: string;
  readonly status: RunStatus;
  readonly acceptedAt: string;
  /** How often it was opened again after it had failed or been cancelled, and when for the last time. */
  readonly retry?: number;
  readonly retriedAt?: string;
  /** Absent while it has not ended. */
  readonly finishedAt?: string;
  readonly durationMs?: number;
  readonly error?: Failure;
}

export interface RunPage {
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  /** Asks for the next page; absent on the last one. */
  readonly cursor?: string;
}

/** A file that a run left behind. */
export interface Artifact {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly contentType: string;
}

export interface ArtifactList {
  /** By name. */
  readonly artifacts: readonly Artifact[];
}

/** An address that opens one file for a short time. */
export interface ArtifactLink {
  /** Opens the file for whoever has it, with no token and no key. Keep it secret. */
  readonly url: string;
  /** Until when a download may begin; one that has begun goes on. */
  readonly expiresAt: string;
}

/** A file that a run left behind, as it comes. */
export interface ArtifactContent {
  readonly contentType: string;
  readonly content: ReadableStream<Uint8Array>;
}

/** A node that had an effect, or took time, and what became of it. */
export interface RunNode {
  /** Path of the node: its name, for a node of a loop `each[3].charge`. */
  readonly name: string;
  readonly kind: string;
  readonly status: 'completed' | 'failed';
  readonly attempt: number;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly durationMs: number;
  readonly error?: Failure;
  readonly result?: unknown;
  readonly artifacts?: readonly Artifact[];
}

/** An event that a run waits for. */
export interface RunWait {
  readonly node: string;
  /** The key to send the event to. */
  readonly eventKey: string;
  readonly openedAt: string;
  readonly until?: string;
}

/** A run with its nodes. */
export interface Run extends RunSummary {
  readonly planHash: string;
  readonly event: {
    /** The idempotency key. */
    readonly key: string;
    readonly type: string;
    readonly source: string;
    readonly correlationId?: string;
  };
  readonly output?: unknown;
  /** Where the output is, if it is too large to be part of this. */
  readonly outputArtifact?: Artifact;
  /** The run that started it, if one did. */
  readonly parent?: { readonly runId: string; readonly node: string };
  readonly waiting?: readonly RunWait[];
  readonly nodes: readonly RunNode[];
}

export interface StartAnswer {
  readonly runId: string;
  /** Whether the same key and input had started it before. */
  readonly duplicate: boolean;
}

export interface StartedRun extends StartAnswer {
  /** The key it was started with: the same key and input again name the same run. */
  readonly idempotencyKey: string;
}

export interface EventAnswer {
  /** Path of the node that had waited for it. */
  readonly node: string;
  readonly duplicate: boolean;
}

export interface ControlAnswer {
  readonly status: 'cancelled' | 'suspended' | 'resumed';
}

/** How a timer does. */
export interface TimerStatus {
  readonly timeZone: string;
  /** Its function is switched off. */
  readonly isDisabled: boolean;
  /** Occurrences are over that nobody has dealt with. */
  readonly isSilent: boolean;
  readonly silentSince: string | null;
  readonly lastTick: string | null;
  readonly lastOccurrence: string | null;
  readonly lastRunId: string | null;
  readonly nextOccurrence: string | null;
  /** The occurrences that wait for the run before them to end. */
  readonly queued: readonly string[];
  /** The occurrences that had no run last, and why. */
  readonly lastPassedOver: {
    readonly first: string;
    readonly last: string;
    readonly reason: 'late' | 'overlap' | 'queue_full';
  } | null;
  readonly lastRefused: { readonly scheduledTime: string; readonly code: string; readonly message: string } | null;
}

export interface TriggerList {
  readonly triggers: readonly {
    readonly name: string;
    readonly type: string;
    readonly pipeline: string;
    readonly timer?: TimerStatus;
  }[];
}

export interface RetryAnswer {
  /** The id of the run, the same as before. */
  readonly runId: string;
  /** Which retry of the run it is. */
  readonly retry: number;
  /** Whether it had been asked for before, and the run is at work. */
  readonly duplicate: boolean;
}

/** An event that the receiver of callbacks did not take in all the time it had. */
export interface Callback {
  /** The event's id, and the delivery's. */
  readonly eventId: string;
  readonly type: string;
  readonly runId: string;
  /** When it was first to be delivered. */
  readonly since: string;
  /** Calls that were made. */
  readonly attempts: number;
  /** Why the last call did not do. */
  readonly failure?: { readonly code: string; readonly message: string };
}

export interface CallbackList {
  /** The oldest first. */
  readonly callbacks: readonly Callback[];
}

export interface RedriveAnswer {
  /** How many are to be delivered again. At the limit of one call (500), there may be more. */
  readonly redriven: number;
}

/** Whether the app can do its work. */
export interface Readiness {
  /** `degraded`: work is taken on, and some of it waits. `unready`: nothing can be taken on. */
  readonly status: 'ready' | 'degraded' | 'unready';
  readonly checkedAt: string;
  readonly dependencies: readonly {
    readonly name: string;
    readonly status: 'ok' | 'failed';
    /** Whether the app can do nothing without it. */
    readonly required: boolean;
    readonly latencyMs: number;
    readonly code?: string;
  }[];
}

/** Why a request is refused (RFC 9457). */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  /** Stable: what programs branch on. */
  readonly code: string;
  readonly detail: string;
  /** Where in the body, such as `$.orderId`. */
  readonly path?: string;
  readonly offset?: number;
  /** All that is wrong, where it can be more than one thing. */
  readonly faults?: readonly { readonly path: string; readonly rule?: string; readonly message: string }[];
  /** Another run that it is about: the one that the key belongs to, that has to end first, or that is to be retried instead. */
  readonly runId?: string;
}

/** That the app is alive, and what it has loaded. */
export interface Health {
  readonly status: 'ok' | 'degraded' | 'idle';
  readonly pipelines: readonly { readonly name: string; readonly file: string; readonly planHash: string }[];
  readonly triggers: readonly { readonly name: string; readonly type: string; readonly pipeline: string }[];
  readonly settings: readonly {
    readonly severity: 'error' | 'warning';
    readonly setting: string;
    readonly code: string;
    readonly message: string;
    readonly remedy: string;
  }[];
  readonly diagnostics: readonly {
    readonly code: string;
    readonly severity: 'error' | 'warning' | 'info';
    readonly file: string;
    readonly position: { readonly line: number; readonly column: number; readonly file?: string };
    readonly message: string;
    readonly remedy?: string;
  }[];
}
