import { randomUUID } from 'node:crypto';
import type { DurableClient } from 'durable-functions';
import { MemoryRequestLimit } from '../adapters/http/memory-request-limit.ts';
import type { ApiRequest, ApiResponse } from '../api/api-message.ts';
import { type Dependency, Readiness } from '../api/readiness.ts';
import { serve, type WorkingRoute } from '../api/serve.ts';
import type { Library } from '../library.ts';
import type { LineSink } from '../telemetry/log.ts';
import { checkTimers } from '../triggers/timer/timer-health.ts';
import { triggersOf } from '../triggers/trigger.ts';
import type { Composition, Parts } from './parts.ts';

/** What the HTTP API calls. */
export interface ApiWork {
  /** Whether the host is to ask for a function key before the app is asked. */
  readonly checksKeys: boolean;
  serve(route: WorkingRoute, request: ApiRequest, client: DurableClient, sink: LineSink): Promise<ApiResponse>;
}

export function apiWork({ config, library }: Composition, parts: Parts): ApiWork {
  const { clock, log, logTo, access, waits, callbackStore, pipelines, orchestrationsOf } = parts;
  const limit = new MemoryRequestLimit(config.apiRequestsPerMinute, 60);
  const readiness = new Readiness(dependenciesOf(library, parts), clock, log);
  return {
    checksKeys: access.kind === 'keys',
    serve: (route, request, client, sink) =>
      serve(route, request, {
        ...parts.timers,
        waits,
        callbacks: callbackStore,
        pipelines,
        triggers: library.triggers,
        access,
        limit,
        readiness,
        orchestrations: orchestrationsOf(client),
        log: logTo(sink),
        newKey: randomUUID,
        retentionDays: config.retentionDays,
      }),
  };
}

/** Events wait in outboxes while Service Bus is away, and few runs need blobs; without the others no run can be taken on. */
function dependenciesOf({ triggers }: Library, { stores, publisher, keys, timers }: Parts): readonly Dependency[] {
  const nothing = 'readiness';
  const schedules = triggersOf(triggers, 'timer');
  const silence = { name: 'timers', required: false, check: () => checkTimers(schedules, timers) };
  return [
    { name: 'cosmos', required: true, check: () => stores.runs.read(nothing) },
    { name: 'durable', required: true, check: (orchestrations) => orchestrations.state(nothing) },
    { name: 'service_bus', required: false, check: () => publisher.check() },
    { name: 'blob', required: false, check: () => stores.artifacts.get(nothing) },
    ...keys,
    ...(schedules.length > 0 ? [silence] : []),
  ];
}
