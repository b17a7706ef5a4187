import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json.ts';
import { choosePipeline } from '../../src/triggers/choose-pipeline.ts';
import type { EventContent } from '../../src/triggers/event.ts';
import type { StartablePipeline } from '../../src/triggers/trigger.ts';
import { createTrigger } from './fixtures.ts';

const order = pipeline('order', '2');
const refund = pipeline('refund');

function pipeline(name: string, version?: string): StartablePipeline {
  const plan = { format: 1 as const, pipeline: name, nodes: [], ...(version === undefined ? {} : { version }) };
  return { name, file: `${name}.yaml`, planHash: name, plan };
}

function eventWith(properties: JsonObject): EventContent {
  return { type: 'order.placed', source: '/service-bus/orders', data: {}, properties, receivedAt: '2026-01-01T00:00:00.000Z' };
}

describe('the pipeline of an event', () => {
  const trigger = createTrigger({ pipeline: order, alternatives: [refund] });

  it.each<[string, JsonObject, StartablePipeline]>([
    ['the first, if it names none', {}, order],
    ['the first, if it names null', { pipeline: null }, order],
    ['the one it names', { pipeline: 'refund' }, refund],
    ['the one it names with the version that is deployed', { pipeline: 'order@2' }, order],
  ])('is %s', (_, properties, expected) => {
    const chosen = choosePipeline(eventWith(properties), trigger);

    expect(chosen).toEqual({ kind: 'read', value: expected });
  });

  it.each<[JsonValue]>([['../x'], [''], ['Order'], ['toString'], ['@2'], [7], [true]])(
    'is refused if it is named %j, and never with that name in the answer',
    (wanted) => {
      const chosen = choosePipeline(eventWith({ pipeline: wanted }), trigger);

      expect(chosen).toEqual({
        kind: 'refused',
        rejection: {
          code: 'pipeline_unknown',
          message:
            "The property 'pipeline' names no pipeline of the trigger 'orders'; send one of order, refund, or leave the property out.",
        },
      });
    },
  );

  it.each([
    ['order@9', 'version 2 is'],
    ['order@', 'version 2 is'],
    ['order@2@3', 'version 2 is'],
    ['refund@1', 'the deployed one has no version'],
  ])('is refused for %s, and what is deployed is told', (wanted, told) => {
    const chosen = choosePipeline(eventWith({ pipeline: wanted }), trigger);

    expect(chosen).toMatchObject({ rejection: { code: 'pipeline_version_missing', message: expect.stringContaining(told) } });
  });

  it('must be the trigger’s own where it has just one', () => {
    const fixed = createTrigger({ pipeline: order });

    const chosen = [{ pipeline: 'order' }, { pipeline: 'refund' }].map((properties) =>
      choosePipeline(eventWith(properties), fixed),
    );

    expect(chosen).toMatchObject([{ kind: 'read' }, { rejection: { code: 'pipeline_unknown' } }]);
  });
});
