import { app, trigger } from '@azure/functions';
import type { Work } from '../src/app.ts';
import type { ServiceBusSource } from '../src/triggers/service-bus/source.ts';
import { triggersOf } from '../src/triggers/trigger.ts';
import { clientOf, durableClient } from './durable-client.ts';

/** One function for each trigger document of type `service_bus`, named after it. */
export function registerServiceBus(work: Work): void {
  for (const document of triggersOf(work.triggers, 'service_bus')) {
    app.generic(document.name, {
      // `binary` keeps the body as the bytes that were sent, and body members out of the metadata.
      trigger: trigger.generic({
        type: 'serviceBusTrigger',
        connection: document.source.connection,
        ...entityBinding(document.source),
        ...(document.source.sessions === undefined ? {} : { isSessionsEnabled: true }),
        cardinality: 'one',
        dataType: 'binary',
      }),
      extraInputs: [durableClient],
      handler: (body, context) =>
        work.acceptMessage(document, { body, metadata: context.triggerMetadata }, clientOf(context), context),
    });
  }
}

function entityBinding({ queue, topic, subscription }: ServiceBusSource): Readonly<Record<string, string>> {
  return queue === undefined ? { topicName: topic, subscriptionName: subscription } : { queueName: queue };
}
