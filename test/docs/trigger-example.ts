import type { JsonValue } from '../../src/json.ts';
import { isJsonObject } from '../../src/json.ts';
import { startable } from '../../src/library.ts';
import { compilePipeline } from '../../src/pipeline/compile.ts';
import { localLanguage } from '../../src/testing/local-runs.ts';
import { choosePipeline } from '../../src/triggers/choose-pipeline.ts';
import { readServiceBusEvent } from '../../src/triggers/service-bus/message-event.ts';
import type { StartablePipeline, Trigger } from '../../src/triggers/trigger.ts';
import { compileTriggers } from '../../src/triggers/trigger-document.ts';

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

/** What a trigger makes of a message: `{body, messageId, subject, properties}` gives `{pipeline, key, input}`, or why nothing starts. */
export function startedBy(trigger: Trigger, message: JsonValue): JsonValue {
  const { body = null, properties = {}, ...fields } = isJsonObject(message) ? message : {};
  const metadata = { ...fields, applicationProperties: properties };
  const reading = readServiceBusEvent({ body: Buffer.from(JSON.stringify(body)), metadata }, trigger, '2026-01-01T00:00:00Z');
  if (reading.kind === 'ignored') return { ignored: true };
  if (reading.kind === 'refused') return { refused: reading.rejection.code };
  const chosen = choosePipeline(reading.value, trigger);
  if (chosen.kind === 'refused') return { refused: chosen.rejection.code };
  const input = trigger.input?.(reading.value) ?? { kind: 'read', value: reading.value.data };
  if (input.kind === 'refused') return { refused: input.rejection.code };
  return { pipeline: chosen.value.name, key: reading.value.key, input: input.value };
}
