import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/json.ts';
import { OWN_FUNCTIONS } from '../../src/own-functions.ts';
import type { Event } from '../../src/triggers/event.ts';
import { loadTriggers } from '../../src/triggers/load-triggers.ts';
import type { Trigger } from '../../src/triggers/trigger.ts';
import { compileTriggers } from '../../src/triggers/trigger-document.ts';
import { orderPipeline } from './fixtures.ts';

const FILE = 'pipelines/order-trigger.yaml';
const pipelines = [orderPipeline];

interface Parts {
  readonly name?: string;
  readonly type?: string;
  readonly config?: string;
  readonly pipeline?: string;
  readonly more?: string;
}

function document({
  name = 'orders',
  type = 'service_bus',
  config = 'queue: orders',
  pipeline = 'order',
  more = '',
}: Parts = {}): string {
  return `apiVersion: hexdag/v1
kind: Trigger
metadata:
  name: ${name}
spec:
  type: ${type}
  config:
    ${config}
  pipeline: ${pipeline}
${more}`;
}

function compile(text: string) {
  const { triggers, diagnostics } = compileTriggers(text, FILE, { pipelines, reserved: OWN_FUNCTIONS });
  return { trigger: triggers[0]?.trigger, diagnostics };
}

const refundPipeline = { ...orderPipeline, name: 'refund', file: 'pipelines/refund.yaml' };

/** A trigger with `line` where others say `pipeline: order`. */
function compileChoice(line: string) {
  const text = document().replace('pipeline: order', line);
  const { triggers, diagnostics } = compileTriggers(text, FILE, { pipelines: [orderPipeline, refundPipeline] });
  return { trigger: triggers[0]?.trigger, diagnostics };
}

function compiled(parts: Parts): Trigger {
  const { trigger, diagnostics } = compile(document(parts));
  if (trigger === undefined) throw new Error(JSON.stringify(diagnostics));
  return trigger;
}

function eventWith(data: JsonValue): Event {
  return {
    key: 'm-1',
    type: 'order.placed',
    source: '/service-bus/orders',
    subject: 'A1',
    data,
    properties: { tenant: 'north' },
    payloadHash: '',
    receivedAt: '2026-01-01T00:00:00.000Z',
  };
}

describe('a trigger document', () => {
  it('in the seed shape compiles', () => {
    const text = `
kind: Trigger
metadata:
  name: order_trigger
spec:
  type: service_bus
  config:
    connection_string: \${AZURE_SERVICEBUS_CONNECTION}
    queue_name: incoming-orders
    max_concurrent_calls: 10
  pipeline: order.yaml
`;

    const { trigger, diagnostics } = compile(text);

    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'key_not_supported' }]);
    expect(trigger).toEqual({
      name: 'order_trigger',
      source: {
        type: 'service_bus',
        connection: 'AZURE_SERVICEBUS_CONNECTION',
        queue: 'incoming-orders',
        maxConcurrentCalls: 10,
      },
      pipeline: orderPipeline,
    });
  });

  it('takes the connection SB unless it says otherwise, and leaves names in settings to the host', () => {
    const { source } = compiled({ config: `queue: \${ORDERS_QUEUE}` });

    expect(source).toEqual({ type: 'service_bus', connection: 'SB', queue: '%ORDERS_QUEUE%' });
  });

  it.each(['order', 'order.yaml', './order.yaml', 'pipelines/order.yaml', '../pipelines/order.yaml'])(
    'finds its pipeline by %s',
    (pipeline) => {
      const trigger = compiled({ pipeline });

      expect(trigger.pipeline.name).toBe('order');
    },
  );

  it('lists the pipelines its events choose from, the first for those that do not', () => {
    const { trigger, diagnostics } = compileChoice('pipelines: [order.yaml, refund]');

    expect(diagnostics).toEqual([]);
    expect(trigger?.pipeline.name).toBe('order');
    expect(trigger?.alternatives?.map(({ name }) => name)).toEqual(['refund']);
  });

  it.each([
    ['nothing', '', 'field_missing', 6, 3],
    ['both', 'pipelines: [order]\n  pipeline: order', 'field_conflict', 9, 14],
    ['no list', 'pipelines: order', 'field_type', 9, 14],
    ['an empty list', 'pipelines: []', 'field_type', 9, 14],
    ['an item that is no name', 'pipelines: [order, 7]', 'field_missing', 9, 22],
    ['an unknown name', 'pipelines: [order, refnud]', 'pipeline_unknown', 9, 22],
    ['one twice, by name and by file', 'pipelines: [order, refund, ./order.yaml]', 'pipeline_duplicate', 9, 30],
  ])('is refused if it names %s as pipelines', (_, line, code, at, column) => {
    const { trigger, diagnostics } = compileChoice(line);

    expect(trigger).toBeUndefined();
    expect(diagnostics).toMatchObject([{ severity: 'error', code, position: { line: at, column } }]);
  });

  it('is found beside documents of other kinds', () => {
    const { triggers } = compileTriggers(`kind: Pipeline\n---\n${document()}`, FILE, { pipelines });

    expect(triggers.map(({ trigger }) => trigger.name)).toEqual(['orders']);
  });

  it.each([
    [{ type: 'servicebus' }, 'trigger_type_unknown', 6],
    [{ type: '7' }, 'field_missing', 6],
    [{ pipeline: 'nope.yaml' }, 'pipeline_unknown', 9],
    [{ pipeline: '""' }, 'field_missing', 9],
    [{ name: '"a b"' }, 'name_invalid', 4],
    [{ name: 'Sweep' }, 'name_reserved', 4],
    [{ name: 'advance' }, 'name_reserved', 4],
    [{ config: 'connection: SB' }, 'field_missing', 8],
    [{ config: 'queue_name: ""' }, 'entity_name_invalid', 8],
    [{ config: `queue_name: ${'q'.repeat(261)}` }, 'entity_name_invalid', 8],
    [{ config: 'queue: a b' }, 'entity_name_invalid', 8],
    [{ config: 'queue: [a]' }, 'entity_name_invalid', 8],
    [{ config: '{ queue: a, connection_string: SB }' }, 'setting_reference', 8],
    [{ config: '{ queue: a, connection: 7 }' }, 'setting_reference', 8],
    [{ more: '  key: body.orderId +' }, 'expression_parse', 10],
    [{ more: '  key: [a]' }, 'field_type', 10],
    [{ more: '  when: open("x")' }, 'function_unknown', 10],
    [{ more: '  input:\n    total: body.a *\n' }, 'expression_parse', 11],
    [{ more: '  schema: { type: nothing }' }, 'schema_invalid', 10],
    [{ more: '  schema: { minLenght: 1 }' }, 'schema_invalid', 10],
    [{ more: '  schema: text' }, 'field_type', 10],
  ])('%j is refused with %s at line %i', (parts, code, line) => {
    const { trigger, diagnostics } = compile(document(parts));

    expect(trigger).toBeUndefined();
    expect(diagnostics).toMatchObject([{ severity: 'error', code, file: FILE, position: { line } }]);
  });

  it.each([
    'connection_string: Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=abc123',
    'connection: "Endpoint=sb://x.servicebus.windows.net/;SharedAccessKey=abc123"',
    `connection_string: \${SB:Endpoint=sb://x;SharedAccessKey=abc123}`,
  ])('never shows a connection string it refuses (%#)', (line) => {
    const { diagnostics } = compile(document({ config: `queue: a\n    ${line}` }));

    expect(diagnostics).toMatchObject([{ code: 'secret_inline', position: { line: 9 } }]);
    expect(JSON.stringify(diagnostics)).not.toContain('abc123');
  });

  it('suggests the type that was meant', () => {
    const { diagnostics } = compile(document({ type: 'servicebus' }));

    expect(diagnostics[0]?.remedy).toContain("'service_bus'");
  });

  it('warns of unknown fields with a near match, and compiles', () => {
    const { trigger, diagnostics } = compile(document({ config: '{ queue: a, max_concurent_calls: 5 }', more: '  wen: "true"' }));

    expect(trigger).toBeDefined();
    expect(diagnostics).toMatchObject([
      { severity: 'warning', code: 'field_unknown', remedy: expect.stringContaining('max_concurrent_calls') },
      { severity: 'warning', code: 'field_unknown', position: { line: 10, column: 3 }, remedy: expect.stringContaining('when') },
    ]);
  });

  it('tells every problem in one pass', () => {
    const { diagnostics } = compile(document({ name: '1', type: 'service_bus', config: 'queue: ""', pipeline: 'nope' }));

    expect(diagnostics.map(({ code }) => code)).toEqual(['name_invalid', 'entity_name_invalid', 'pipeline_unknown']);
  });

  it('without a spec is refused', () => {
    const { diagnostics } = compile('kind: Trigger\nmetadata: {name: a}\n');

    expect(diagnostics).toMatchObject([{ code: 'field_missing' }]);
  });

  it('checks bodies by its schema', () => {
    const { checkBody } = compiled({ more: '  schema: { type: object, required: [orderId] }' });

    const rejections = [{}, { orderId: 1 }].map((body) => checkBody?.(body)?.code);

    expect(rejections).toEqual(['schema_violation', undefined]);
  });
});

describe("a trigger's expressions", () => {
  it.each([
    ['$.orderId', 'A1'],
    ['body.orderId', 'A1'],
    ['$input.orderId', 'A1'],
    ['input.orderId', 'A1'],
    ['orderId', 'A1'],
    ['$.lines[1].sku', 's2'],
    ['body.missing', null],
    ['body.missing.deeper', null],
    ['body.constructor', null],
    ["'fixed'", 'fixed'],
    ['event.subject', 'A1'],
    ['event.properties.tenant', 'north'],
    ['event.correlationId', null],
    ["body.orderId + '-' + event.properties.tenant", 'A1-north'],
    ['len(lines)', 2],
    ['total * 2', 21],
    ['body.missing | default(7)', 7],
    ['body.missing | default(none given)', 'none given'],
    ['nowhere | default("x")', 'x'],
    ['body.orderId | default(7)', 'A1'],
    ['body.orderId | required', 'A1'],
    ['null', null],
    ['$', { orderId: 'A1', total: 10.5, lines: [{ sku: 's1' }, { sku: 's2' }] }],
  ])('%s gives %j', (source, expected) => {
    const { input } = compiled({ more: `  input: ${JSON.stringify({ x: source })}` });

    const reading = input?.(eventWith({ orderId: 'A1', total: 10.5, lines: [{ sku: 's1' }, { sku: 's2' }] }));

    expect(reading).toEqual({ kind: 'read', value: { x: expected } });
  });

  it('map at any depth, and leave what is not text alone', () => {
    const { input } = compiled({ more: '  input: { a: [body.x, 1, { b: body.x }], c: true, d: null }' });

    const reading = input?.(eventWith({ x: 'v' }));

    expect(reading).toEqual({ kind: 'read', value: { a: ['v', 1, { b: 'v' }], c: true, d: null } });
  });

  it('may map to one value that is no mapping', () => {
    const { input } = compiled({ more: '  input: body.order' });

    const reading = input?.(eventWith({ order: [1] }));

    expect(reading).toEqual({ kind: 'read', value: [1] });
  });

  it('do not evaluate what stands in the data', () => {
    const { input } = compiled({ more: '  input: { n: body.n }' });

    const reading = input?.(eventWith({ n: '{{ secrets.KEY }}' }));

    expect(reading).toEqual({ kind: 'read', value: { n: '{{ secrets.KEY }}' } });
  });

  it.each(['nowhere', 'body.missing | required', "body.orderId - 'x'", '1 / 0'])(
    'refuse the event if %s cannot be computed',
    (source) => {
      const { input } = compiled({ more: `  input: { x: "${source}" }` });

      const reading = input?.(eventWith({ orderId: 'A1' }));

      expect(reading).toMatchObject({ kind: 'refused', rejection: { code: 'mapping_failed' } });
    },
  );

  it('say that a key is missing if the key cannot be computed', () => {
    const { key } = compiled({ more: '  key: orderId' });

    const reading = key?.(eventWith({ x: 1 }));

    expect(reading).toMatchObject({ kind: 'refused', rejection: { code: 'idempotency_key_missing' } });
  });

  it.each([
    ["body.status == 'new'", true],
    ["body.status == 'old'", false],
    ['status', true],
    ['body.missing', false],
    ['nowhere', false],
    ['body.total > 10 and event.properties.tenant == "north"', true],
  ])('decide by truth whether `when` %s holds', (source, expected) => {
    const { when } = compiled({ more: `  when: '${source.replaceAll("'", "''")}'` });

    const reading = when?.(eventWith({ status: 'new', total: 11 }));

    expect(reading).toEqual({ kind: 'read', value: expected });
  });

  it('refuse the event, and do not ignore it, if `when` cannot be computed', () => {
    const { when } = compiled({ more: "  when: body.total - 'x' > 1" });

    const reading = when?.(eventWith({ total: 1 }));

    expect(reading).toMatchObject({ kind: 'refused', rejection: { code: 'mapping_failed' } });
  });

  it('may switch a trigger off', () => {
    const { when } = compiled({ more: '  when: false' });

    const reading = when?.(eventWith({}));

    expect(reading).toEqual({ kind: 'read', value: false });
  });
});

describe('loading the triggers of an app', () => {
  it('knows a queue by the setting that holds its name', () => {
    const files = [
      { file: 'a.yaml', content: document({ name: 'one' }) },
      { file: 'b.yaml', content: document({ name: 'two', config: `queue: \${ORDERS_QUEUE}` }) },
    ];

    const same = loadTriggers(files, { pipelines, settings: { ORDERS_QUEUE: 'Orders' } });
    const other = loadTriggers(files, { pipelines, settings: { ORDERS_QUEUE: 'others' } });
    const unknown = loadTriggers(files, { pipelines });

    expect([same, other, unknown].map(({ triggers }) => triggers.length)).toEqual([0, 2, 2]);
  });

  it('refuses both of two triggers on one queue, each with the place of the other', () => {
    const files = [
      { file: 'a.yaml', content: document({ name: 'one' }) },
      { file: 'b.yaml', content: document({ name: 'two', config: 'queue: ORDERS' }) },
      { file: 'c.yaml', content: document({ name: 'three', config: 'queue: other' }) },
    ];

    const { triggers, diagnostics } = loadTriggers(files, { pipelines });

    expect(triggers.map(({ name }) => name)).toEqual(['three']);
    expect(diagnostics).toMatchObject([
      { code: 'trigger_conflict', file: 'a.yaml', position: { line: 4 }, message: expect.stringContaining('b.yaml:4:9') },
      { code: 'trigger_conflict', file: 'b.yaml', position: { line: 4 }, message: expect.stringContaining('a.yaml:4:9') },
    ]);
  });

  it('refuses two triggers of one name, because their run ids would be the same', () => {
    const files = [
      { file: 'a.yaml', content: document({ config: 'queue: one' }) },
      { file: 'b.yaml', content: document({ config: 'queue: two' }) },
    ];

    const { triggers, diagnostics } = loadTriggers(files, { pipelines });

    expect(triggers).toEqual([]);
    expect(diagnostics.map(({ code }) => code)).toEqual(['trigger_conflict', 'trigger_conflict']);
  });

  it('keeps what is sound when another file is broken', () => {
    const files = [
      { file: 'broken.yaml', content: 'kind: [' },
      { file: 'a.yaml', content: document() },
    ];

    const { triggers, diagnostics } = loadTriggers(files, { pipelines });

    expect(triggers).toHaveLength(1);
    expect(diagnostics).toMatchObject([{ file: 'broken.yaml', severity: 'error' }]);
  });
});
