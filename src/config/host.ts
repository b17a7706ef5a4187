import { isJsonObject, type JsonValue } from '../json.ts';
import type { ConfigProblem } from './problem.ts';
import type { Environment } from './settings.ts';

/** Settings that stand for values of host.json, with `__` between the names on the way to them. */
const OVERRIDE = 'AzureFunctionsJobHost__';
const SERVICE_BUS = 'extensions.serviceBus';

/** What the host does where nothing is said; the time-out is that of every plan but the old Consumption one. */
const DEFAULT_TIMEOUT = '00:30:00';
const DEFAULT_RENEWAL = '00:05:00';
/** For each core. */
const DEFAULT_CALLS = 16;
/** No end at all. */
const UNBOUNDED = '-1';

const TIME_SPAN = /^(?:(\d{1,8})\.)?(\d{1,2}):(\d{2}):(\d{2})$/;

/** What the app needs of its host. */
export interface HostNeeds {
  /** How long an activity may take. */
  readonly activityDeadlineMs: number;
  /** The triggers on Service Bus. */
  readonly queues: readonly QueueNeeds[];
}

export interface QueueNeeds {
  readonly trigger: string;
  /** How many messages it wants to be worked on at a time, if it says. */
  readonly maxConcurrentCalls?: number;
}

/**
 * Holds what the host is told (`hostJson`, the parsed host.json, and the settings that override it) to what the app needs of it: an
 * activity ends before its call is ended, a call is ended before the lock of its message is, and messages are completed by the host.
 * Pure.
 */
export function doubtHost(
  hostJson: JsonValue,
  environment: Environment,
  { activityDeadlineMs, queues }: HostNeeds,
): readonly ConfigProblem[] {
  const host = new HostValues(hostJson, environment);
  const timeout = host.timeSpan('functionTimeout', DEFAULT_TIMEOUT);
  const problems: (ConfigProblem | undefined)[] = [problemOf(timeout), timeoutProblem(timeout, activityDeadlineMs)];
  if (queues.length > 0) {
    const renewal = host.timeSpan(`${SERVICE_BUS}.maxAutoLockRenewalDuration`, DEFAULT_RENEWAL);
    problems.push(
      problemOf(renewal),
      renewalProblem(renewal, timeout),
      completionProblem(host),
      prefetchProblem(host),
      concurrencyProblem(host, queues),
    );
  }
  return problems.filter((problem) => problem !== undefined);
}

interface TimeSpan {
  readonly name: string;
  /** Infinity: no end. NaN: it cannot be read. */
  readonly ms: number;
}

function timeoutProblem({ name, ms }: TimeSpan, deadlineMs: number): ConfigProblem | undefined {
  if (Number.isNaN(ms) || ms > deadlineMs) return undefined;
  const minutes = Math.ceil(deadlineMs / 60_000);
  const message = `ends calls within the ${minutes} minutes that an activity may take, and the host then restarts every other one too`;
  return conflict(name, message, `Set it above ${minutes} minutes: 00:${minutes + 1}:00 or more.`);
}

function renewalProblem({ name, ms }: TimeSpan, timeout: TimeSpan): ConfigProblem | undefined {
  if (Number.isNaN(ms) || Number.isNaN(timeout.ms) || ms > timeout.ms) return undefined;
  const message =
    'renews the locks of messages no longer than a function may run, so that a message may come again while it is at work';
  const remedy =
    timeout.ms === Number.POSITIVE_INFINITY
      ? 'Set functionTimeout to an end, such as 00:10:00, and this one above it.'
      : 'Set it above functionTimeout, such as 00:12:00 above 00:10:00.';
  return conflict(name, message, remedy);
}

function completionProblem(host: HostValues): ConfigProblem | undefined {
  const name = `${SERVICE_BUS}.autoCompleteMessages`;
  if (!/^false$/i.test(String(host.value(name)))) return undefined;
  return conflict(
    name,
    'leaves every message to the functions to complete, which leave it to the host',
    'Remove it, or set it to true.',
  );
}

function prefetchProblem(host: HostValues): ConfigProblem | undefined {
  const name = `${SERVICE_BUS}.prefetchCount`;
  const count = Number(host.value(name) ?? 0);
  if (!(count > 0)) return undefined;
  const message = 'fetches messages before a function is free for them, whose locks may end before it is';
  return conflict(name, message, 'Remove it, or set it to 0.');
}

function concurrencyProblem(host: HostValues, queues: readonly QueueNeeds[]): ConfigProblem | undefined {
  const name = `${SERVICE_BUS}.maxConcurrentCalls`;
  const calls = Number(host.value(name) ?? DEFAULT_CALLS);
  const [strictest] = queues
    .flatMap(({ trigger, maxConcurrentCalls: most }) => (most === undefined ? [] : [{ trigger, most }]))
    .sort((a, b) => a.most - b.most);
  if (strictest === undefined || !(calls > strictest.most)) return undefined;
  const { trigger, most } = strictest;
  const message = `lets more messages be worked on at a time than the trigger '${trigger}' asks for`;
  return conflict(
    name,
    message,
    `Set it to ${most}, which holds for all queues, or remove max_concurrent_calls from the document.`,
  );
}

function problemOf({ name, ms }: TimeSpan): ConfigProblem | undefined {
  if (!Number.isNaN(ms)) return undefined;
  const remedy = 'Write hours, minutes and seconds: 00:10:00.';
  return { setting: shownName(name), code: 'config_format', message: 'is no time span', remedy };
}

function conflict(name: string, message: string, remedy: string): ConfigProblem {
  return { setting: shownName(name), code: 'config_conflict', message, remedy };
}

function shownName(name: string): string {
  return `host.json ${name}`;
}

class HostValues {
  readonly #hostJson: JsonValue;
  readonly #overrides: ReadonlyMap<string, string>;

  constructor(hostJson: JsonValue, environment: Environment) {
    this.#hostJson = hostJson;
    const entries = Object.entries(environment).flatMap(([name, value]): (readonly [string, string])[] =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    );
    this.#overrides = new Map(entries);
  }

  /** By the names on the way to it, with a `.` between. */
  value(name: string): JsonValue | undefined {
    const override = this.#overrides.get(`${OVERRIDE}${name.replaceAll('.', '__')}`.toLowerCase());
    if (override !== undefined) return override;
    return name
      .split('.')
      .reduce<JsonValue | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), this.#hostJson);
  }

  timeSpan(name: string, byDefault: string): TimeSpan {
    const text = String(this.value(name) ?? byDefault);
    if (text === UNBOUNDED) return { name, ms: Number.POSITIVE_INFINITY };
    const [, days = 0, hours, minutes, seconds] = TIME_SPAN.exec(text) ?? [];
    return { name, ms: (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 };
  }
}
