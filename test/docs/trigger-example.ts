import { MemoryIncomingBlobs } from '../../src/adapters/mock/memory-incoming-blobs.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/json.ts';
import { startable } from '../../src/library.ts';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import { localLanguage } from '../../src/testing/local-runs.ts';
import { readArrival } from '../../src/triggers/blob/read-arrival.ts';
import type { BlobSource } from '../../src/triggers/blob/source.ts';
import { choosePipeline } from '../../src/triggers/choose-pipeline.ts';
import { read } from '../../src/triggers/rejection.ts';
import { readServiceBusEvent } from '../../src/triggers/service-bus/message-event.ts';
import { readOccurrenceEvent } from '../../src/triggers/timer/occurrence-event.ts';
import type { PlannedOccurrence } from '../../src/triggers/timer/schedule-state.ts';
import { type StartablePipeline, type Trigger, triggersOf } from '../../src/triggers/trigger.ts';
import { compileTriggers } from '../../src/triggers/trigger-document.ts';
import { type EventReading, readTriggerEvent } from '../../src/triggers/trigger-event.ts';
import { readEvents } from '../../src/triggers/webhook/read-events.ts';
import type { WebhookSource } from '../../src/triggers/webhook/source.ts';

const RECEIVED_AT = '2026-01-01T00:00:00Z';

/** The pipelines that triggers of the guide name. */
const pipelines = [startableNamed('orders', '"2"'), startableNamed('refunds', '"1"')];

function startableNamed(name: string, version: string): StartablePipeline {
  const text = `kind: Pipeline
metadata: {name: ${name}, version: ${version}}
spec: {nodes: [{kind: data_node, metadata: {name: nothing}, spec: {output: {}}}]}
`;
  const { kinds, ...language } = localLanguage({});
  const { plan } = compilePipeline(text, `${name}.yaml`, { ...language, kinds: [...kinds.values()] });
  if (plan === undefined) throw new Error(`The pipeline ${name} of the guide's triggers does not compile.`);
  return startable(`${name}.yaml`, plan);
}

export function compileTrigger(text: string) {
  return compileTriggers(text, 'orders.trigger.yaml', { pipelines });
}

/**
 * What a trigger makes of a message `{body, messageId, subject, properties}`, of a webhook `{headers, body}`, of a file
 * `{name, etag, content}`, or of an occurrence `{scheduledTime, previousTime}` of its schedule: `{pipeline, key, input}`, or why nothing starts.
 */
export async function startedBy(trigger: Trigger, message: JsonValue): Promise<JsonValue> {
  const reading = await readMessage(trigger, isJsonObject(message) ? message : {});
  if (reading.kind === 'ignored') return { ignored: true };
  if (reading.kind === 'refused') return { refused: reading.rejection.code };
  const chosen = choosePipeline(reading.value, trigger);
  if (chosen.kind === 'refused') return { refused: chosen.rejection.code };
  const input = trigger.input?.(reading.value) ?? { kind: 'read', value: reading.value.data };
  if (input.kind === 'refused') return { refused: input.rejection.code };
  return { pipeline: chosen.value.name, key: reading.value.key, input: input.value };
}

async function readMessage(trigger: Trigger, { body = null, properties = {}, ...fields }: JsonObject): Promise<EventReading> {
  const [drop] = triggersOf([trigger], 'blob');
  if (drop !== undefined) return readDrop(drop, fields);
  const [webhook] = triggersOf([trigger], 'webhook');
  if (webhook !== undefined) return readDelivery(webhook, body, isJsonObject(fields['headers']) ? fields['headers'] : {});
  const [timer] = triggersOf([trigger], 'timer');
  if (timer !== undefined) return readOccurrenceEvent(occurrenceOf(fields), timer, RECEIVED_AT);
  const [queue] = triggersOf([trigger], 'service_bus');
  if (queue === undefined) throw new Error(`The guide has no way to show a trigger of type ${trigger.source.type}.`);
  const metadata = { ...fields, applicationProperties: properties };
  return readServiceBusEvent({ body: Buffer.from(JSON.stringify(body)), metadata }, queue, RECEIVED_AT);
}

async function readDrop(trigger: Trigger<BlobSource>, { name, etag, content }: JsonObject): Promise<EventReading> {
  const { connection, path } = trigger.source;
  const arrived = { container: path.container, name: String(name) };
  const blobs = new MemoryIncomingBlobs();
  blobs.leave({ connection, ...arrived }, Buffer.from(String(content)), { etag: String(etag) });
  const arrival = await readArrival(arrived, trigger, { blobs, clock: { now: () => Date.parse(RECEIVED_AT) } });
  if (arrival.kind === 'gone') throw new Error('The file is there.');
  return arrival.kind === 'read' ? read(arrival.event) : arrival;
}

function readDelivery(trigger: Trigger<WebhookSource>, body: JsonValue, sent: JsonObject): EventReading {
  const headers = new Headers({ 'content-type': 'application/json' });
  for (const [name, value] of Object.entries(sent)) headers.set(name, String(value));
  const signedId = headers.get('webhook-id');
  const delivery = { headers, body: Buffer.from(JSON.stringify(body)), receivedAt: RECEIVED_AT };
  const events = readEvents(signedId === null ? delivery : { ...delivery, signedId }, trigger.source);
  if (events.kind === 'refused') return events;
  if (events.value.kind === 'batch') throw new Error('The guide shows deliveries of one event.');
  return readTriggerEvent(events.value.event, trigger);
}

function occurrenceOf({ scheduledTime, previousTime = null }: JsonObject): PlannedOccurrence {
  return {
    time: Date.parse(String(scheduledTime)),
    previousTime: previousTime === null ? null : Date.parse(String(previousTime)),
    isCatchUp: false,
    decidedAt: Date.parse(RECEIVED_AT),
  };
}
