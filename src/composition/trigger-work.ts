import { setTimeout } from 'node:timers/promises';
import type { DurableClient } from 'durable-functions';
import { EnvironmentSecrets } from '../adapters/host/environment-secrets.ts';
import { MemoryRequestLimit } from '../adapters/http/memory-request-limit.ts';
import type { ApiResponse } from '../api/api-message.ts';
import { receiveWebhook, type WebhookCall } from '../api/receive-webhook.ts';
import { Turnstile } from '../api/turnstile.ts';
import type { Config } from '../config.ts';
import { WEBHOOKS_AT_WORK } from '../limits.ts';
import type { RequestLimit } from '../ports/request-limit.ts';
import type { LineSink } from '../telemetry/log.ts';
import { handleBlob } from '../triggers/blob/handle-blob.ts';
import type { ArrivedBlob } from '../triggers/blob/read-arrival.ts';
import type { BlobSource } from '../triggers/blob/source.ts';
import { handleServiceBusMessage } from '../triggers/service-bus/handle-message.ts';
import type { ServiceBusMessage } from '../triggers/service-bus/message-metadata.ts';
import type { ServiceBusSource } from '../triggers/service-bus/source.ts';
import type { TimerSource } from '../triggers/timer/source.ts';
import { tick } from '../triggers/timer/tick.ts';
import { processClocks, tickSchedule } from '../triggers/timer/tick-schedule.ts';
import { type Trigger, triggersOf } from '../triggers/trigger.ts';
import type { WebhookSource } from '../triggers/webhook/source.ts';
import type { Composition, Parts } from './parts.ts';

/** What triggers call: one method for each kind of them. */
export interface TriggerWork {
  readonly triggers: readonly Trigger[];
  readonly blobTriggerSource: Config['blobTriggerSource'];
  /** What a request's body may have. */
  readonly maxBodyBytes: number;
  acceptMessage(
    trigger: Trigger<ServiceBusSource>,
    message: ServiceBusMessage,
    client: DurableClient,
    sink: LineSink,
  ): Promise<void>;
  acceptBlob(trigger: Trigger<BlobSource>, blob: ArrivedBlob, client: DurableClient, sink: LineSink): Promise<void>;
  /** When the host has to call a timer trigger, in its own time zone. */
  tickSchedule(trigger: Trigger<TimerSource>): string;
  tick(trigger: Trigger<TimerSource>, client: DurableClient, sink: LineSink): Promise<void>;
  receiveWebhook(
    trigger: Trigger<WebhookSource>,
    call: WebhookCall,
    client: () => DurableClient,
    sink: LineSink,
  ): Promise<ApiResponse>;
}

export function triggerWork({ config, library, environment }: Composition, parts: Parts): TriggerWork {
  const { stores, clock, log, logTo, orchestrationsOf } = parts;
  const webhooks = {
    secrets: new EnvironmentSecrets(environment),
    tokens: parts.access.kind === 'tokens' ? parts.access.verifier : undefined,
    limits: webhookLimits(library.triggers),
    turnstile: new Turnstile(WEBHOOKS_AT_WORK, () =>
      log('warn', 'webhooks are turned away with 429', { atWork: WEBHOOKS_AT_WORK }),
    ),
    maxBodyBytes: config.maxBodyBytes,
  };
  return {
    triggers: library.triggers,
    blobTriggerSource: config.blobTriggerSource,
    maxBodyBytes: config.maxBodyBytes,
    acceptBlob: (trigger, blob, client, sink) =>
      handleBlob(blob, trigger, {
        ...stores,
        blobs: parts.incoming,
        orchestrations: orchestrationsOf(client),
        log: logTo(sink),
      }),
    acceptMessage: (trigger, message, client, sink) =>
      handleServiceBusMessage(message, trigger, {
        ...stores,
        redelivery: parts.redelivery,
        pause: (ms) => setTimeout(ms),
        orchestrations: orchestrationsOf(client),
        claimChecks: parts.claimChecks,
        settler: parts.settler,
        log: logTo(sink),
        maxDeliveryCount: config.maxDeliveryCount,
        maxBodyBytes: config.maxBodyBytes,
      }),
    tickSchedule: ({ source }) => tickSchedule(source, processClocks, clock.now()),
    tick: (trigger, client, sink) =>
      tick(trigger, { ...parts.timers, orchestrations: orchestrationsOf(client), log: logTo(sink) }),
    receiveWebhook: (trigger, call, client, sink) =>
      receiveWebhook(call, trigger, {
        ...stores,
        ...webhooks,
        // Made only for those that come so far: most of a flood do not.
        get orchestrations() {
          return orchestrationsOf(client());
        },
        log: logTo(sink),
      }),
  };
}

function webhookLimits(triggers: readonly Trigger[]): ReadonlyMap<string, RequestLimit> {
  const webhooks = triggersOf(triggers, 'webhook');
  return new Map(webhooks.map(({ name, source }) => [name, new MemoryRequestLimit(source.requestsPerMinute, 60)]));
}
