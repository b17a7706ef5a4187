import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { HostStartError } from './errors.ts';
import type { ExtensionHost, RegisteredFunction } from './extension.ts';
import { parseExtensionSection } from './host-json.ts';
import { timeSpanMs } from './time-span.ts';
import { connectionStringOf, parseTriggerBinding, unsupportedTrigger } from './trigger-binding.ts';

const DEFAULT_CONNECTION = 'AzureWebJobsServiceBus';

const triggerSchema = z.object({
  connection: z.string().optional(),
  queueName: z.string().optional(),
  topicName: z.string().optional(),
  subscriptionName: z.string().optional(),
  cardinality: z.string().default('one'),
  isSessionsEnabled: z.boolean().default(false),
  autoCompleteMessages: z.boolean().optional(),
  properties: z.object({ supportsDeferredBinding: z.string().optional() }).default({}),
});

const atLeastOne = z.int().positive();

const sectionSchema = z
  .object({
    autoCompleteMessages: z.boolean().default(true),
    maxAutoLockRenewalDuration: timeSpan('00:05:00'),
    maxConcurrentCalls: atLeastOne.default(16 * availableParallelism()),
    maxMessageBatchSize: atLeastOne.default(1000),
    maxConcurrentSessions: atLeastOne.default(8),
    maxConcurrentCallsPerSession: atLeastOne.default(1),
    /** A session that has had nothing to do for this long is given back. */
    sessionIdleTimeout: timeSpan('00:01:00'),
  })
  .transform(({ maxAutoLockRenewalDuration, sessionIdleTimeout, ...rest }) => ({
    ...rest,
    maxAutoLockRenewalDurationMs: maxAutoLockRenewalDuration,
    sessionIdleTimeoutMs: sessionIdleTimeout,
  }));

function timeSpan(byDefault: string) {
  return z
    .string()
    .default(byDefault)
    .transform((text, context) => {
      const durationMs = timeSpanMs(text);
      if (durationMs === undefined) context.addIssue({ code: 'custom', message: `"${text}" is not a time span (hh:mm:ss)` });
      return durationMs ?? z.NEVER;
    });
}

/** What a `serviceBusTrigger` binding asks for, with its settings resolved. */
export interface ServiceBusTrigger {
  readonly connectionString: string;
  /** A queue, or a subscription in the form `<topic>/Subscriptions/<name>`. */
  readonly entityPath: string;
  readonly cardinality: 'one' | 'many';
  readonly isSessionsEnabled: boolean;
  readonly autoCompleteMessages: boolean;
}

/** host.json's `extensions.serviceBus`. */
export type ServiceBusSection = z.infer<typeof sectionSchema>;

/** @throws HostStartError `host_json_invalid` */
export function parseServiceBusSection(section: Readonly<Record<string, unknown>>): ServiceBusSection {
  return parseExtensionSection(sectionSchema, 'serviceBus', section);
}

/** @throws HostStartError `binding_invalid`, `unsupported_feature`, `setting_missing` */
export function parseServiceBusTrigger(
  fn: RegisteredFunction,
  host: ExtensionHost,
  section: ServiceBusSection,
): ServiceBusTrigger {
  const binding = parseTriggerBinding(triggerSchema, fn);
  const { connection, cardinality, isSessionsEnabled, autoCompleteMessages, properties } = binding;
  if (properties.supportsDeferredBinding === 'true') {
    throw unsupportedTrigger(fn, 'sdkBinding', 'take the body as text or binary');
  }
  return {
    connectionString: connectionStringOf(fn, connection || DEFAULT_CONNECTION, 'fullyQualifiedNamespace', host),
    entityPath: host.resolve(entityPath(fn, binding)),
    cardinality: cardinality.toLowerCase() === 'many' ? 'many' : 'one',
    isSessionsEnabled,
    autoCompleteMessages: autoCompleteMessages ?? section.autoCompleteMessages,
  };
}

function entityPath(fn: RegisteredFunction, names: z.infer<typeof triggerSchema>): string {
  const { queueName, topicName, subscriptionName } = names;
  const isSubscription = topicName !== undefined && subscriptionName !== undefined;
  if (queueName !== undefined && topicName === undefined && subscriptionName === undefined) return queueName;
  if (queueName === undefined && isSubscription) return `${topicName}/Subscriptions/${subscriptionName}`;
  throw new HostStartError(
    'binding_invalid',
    `The trigger of '${fn.name}' must name either a queue (queueName), or a topic and a subscription (topicName, subscriptionName).`,
  );
}
