import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cli } from './cli.ts';

const PIPELINE = `kind: Pipeline
metadata: {name: order}
spec: {nodes: [{kind: data_node, metadata: {name: a}, spec: {output: {v: 1}}}]}
`;
const SECRET = 'abc';

interface Parts {
  readonly name?: string;
  readonly type?: string;
  /** Below `config:`, indented by four. */
  readonly config?: readonly string[];
  readonly pipeline?: string;
  readonly more?: string;
}

function trigger({
  name = 'orders',
  type = 'service_bus',
  config = ['queue: orders'],
  pipeline = 'order.yaml',
  more = '',
}: Parts): string {
  return `kind: Trigger
metadata: { name: ${name} }
spec:
  type: ${type}
  pipeline: ${pipeline}
  config:
${config.map((line) => `    ${line}`).join('\n')}
${more}`;
}

/** Validates a folder of one pipeline and these triggers (`1.yaml`, `2.yaml`, …). */
async function validate(...triggers: readonly Parts[]): Promise<{ exitCode: number; lines: readonly string[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'hexdag-triggers-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'order.yaml'), PIPELINE);
  for (const [index, parts] of triggers.entries()) writeFileSync(join(folder, `${index + 1}.yaml`), trigger(parts));
  const { exitCode, stdout, stderr } = await cli(['validate', folder]);
  return { exitCode, lines: `${stdout}${stderr}`.replaceAll(`${folder}/`, '').split('\n') };
}

describe('a trigger document with a fault is refused, with its place and code', () => {
  it.each<[row: string, parts: Parts, place: string, told: RegExp]>([
    ['TY1 a type misspelt', { type: 'servicebus' }, '1.yaml:4:9', /trigger_type_unknown.*'service_bus'/s],
    ['TY2 an unknown pipeline', { pipeline: 'nope.yaml' }, '1.yaml:5:13', /pipeline_unknown/],
    [
      'TY3 a connection string',
      { config: ['queue: a', `connection_string: Endpoint=sb://x;SharedAccessKey=${SECRET}`] },
      '1.yaml:8:24',
      /secret_inline/,
    ],
    ['TY4 an empty queue', { config: ['queue_name: ""'] }, '1.yaml:7:17', /entity_name_invalid/],
    ['TY4 261 characters', { config: [`queue_name: ${'q'.repeat(261)}`] }, '1.yaml:7:17', /entity_name_invalid/],
    ['TY4 a blank in the name', { config: ['queue_name: a b'] }, '1.yaml:7:17', /entity_name_invalid/],
    ['TY5 no calls', { config: ['queue: a', 'max_concurrent_calls: 0'] }, '1.yaml:8:27', /integer_range.*from 1 to 1000/s],
    ['TY5 fewer than none', { config: ['queue: a', 'max_concurrent_calls: -1'] }, '1.yaml:8:27', /integer_range/],
    ['TY5 a million calls', { config: ['queue: a', 'max_concurrent_calls: 1e6'] }, '1.yaml:8:27', /integer_range/],
    ['TY5 calls as text', { config: ['queue: a', 'max_concurrent_calls: "5"'] }, '1.yaml:8:27', /integer_range/],
    ['TY5 half a call', { config: ['queue: a', 'max_concurrent_calls: 1.5'] }, '1.yaml:8:27', /integer_range/],
    ['a topic alone', { config: ['topic: events'] }, '1.yaml:7:5', /field_missing.*'subscription' is missing/s],
    ['a subscription alone', { config: ['subscription: audit'] }, '1.yaml:7:5', /field_missing.*'topic' is missing/s],
    [
      'a queue and a topic',
      { config: ['topic_name: events', 'subscription: audit', 'queue: a'] },
      '1.yaml:9:12',
      /field_conflict.*'queue' and 'topic_name' exclude/s,
    ],
    ['an empty topic', { config: ['topic: ""', 'subscription: a'] }, '1.yaml:7:12', /entity_name_invalid.*a topic's name/s],
    [
      'a subscription of 51 characters',
      { config: ['topic: t', `subscription_name: ${'s'.repeat(51)}`] },
      '1.yaml:8:24',
      /entity_name_invalid.*1 to 50/s,
    ],
    ['sessions that are no truth', { config: ['queue: a', 'sessions: "yes"'] }, '1.yaml:8:15', /field_type.*true or false/s],
    [
      'batches',
      { config: ['queue: a', 'cardinality: many'] },
      '1.yaml:8:18',
      /cardinality_unsupported.*settled as a whole.*maxConcurrentCalls/s,
    ],
    ['another cardinality', { config: ['queue: a', 'cardinality: few'] }, '1.yaml:8:18', /field_type/],
    [
      "the app's own run events",
      { config: ['topic: Run-Events', 'subscription: again'] },
      '1.yaml:7:12',
      /trigger_loop.*without end/s,
    ],
  ])('%s', async (_row, parts, place, told) => {
    const { exitCode, lines } = await validate(parts);

    expect(exitCode).toBe(1);
    expect(lines[0]).toContain(place);
    expect(lines.join('\n')).toMatch(told);
    expect(lines.join('\n')).toContain('1 error');
    expect(lines.join('\n')).not.toContain(`=${SECRET}`);
  });

  it.each<[what: string, config: readonly string[]]>([
    ['queue', ['queue: Orders']],
    ['subscription', ['topic: events', 'subscription_name: audit']],
  ])('TY18: two triggers on one %s are told at both places, each with that of the other', async (what, config) => {
    const upper = config.map((line) => line.replace('Orders', 'ORDERS').replace('audit', 'Audit'));

    const { exitCode, lines } = await validate({ name: 'one', config }, { name: 'two', config: upper });

    const conflicts = lines.filter((line) => line.includes('trigger_conflict'));
    expect(exitCode).toBe(1);
    expect(conflicts).toHaveLength(2);
    expect(conflicts[0]).toMatch(new RegExp(`^1\\.yaml:2:19.*${what} .*has two triggers.*2\\.yaml:2:19`));
    expect(conflicts[1]).toMatch(/^2\.yaml:2:19.*1\.yaml:2:19/);
  });
});

describe('a trigger document that is doubtful is warned of, and holds', () => {
  it('says what to set in host.json in place of max_concurrent_calls', async () => {
    const { exitCode, lines } = await validate({
      config: [`connection_string: \${AZURE_SERVICEBUS_CONNECTION}`, 'queue_name: incoming-orders', 'max_concurrent_calls: 10'],
    });

    expect(exitCode).toBe(0);
    expect(lines.join('\n')).toMatch(/key_not_supported.*serviceBus.maxConcurrentCalls in host.json to 10/s);
  });

  it('warns of run events that a condition chooses from', async () => {
    const { exitCode, lines } = await validate({
      config: ['topic: run-events', 'subscription: again'],
      more: '  when: pipeline == "refund"\n',
    });

    expect(exitCode).toBe(0);
    expect(lines.join('\n')).toMatch(/warning.*trigger_loop/s);
  });
});

describe('a trigger document on topics and sessions', () => {
  it.each<[what: string, config: readonly string[]]>([
    ['a subscription', ['topic: events', 'subscription: audit']],
    ['its long names', ['topic_name: events', 'subscription_name: audit']],
    ['names in settings', [`topic: \${TOPIC}`, `subscription: \${SUBSCRIPTION}`]],
    ['sessions and one message at a time', ['queue: grouped', 'sessions: true', 'cardinality: one']],
    ['a topic of the same name elsewhere', ['connection: OTHER', 'topic: run-events', 'subscription: audit']],
  ])('holds without a word: %s', async (_what, config) => {
    const { exitCode, lines } = await validate({ config });

    expect({ exitCode, lines }).toEqual({ exitCode: 0, lines: ['2 files, nothing wrong.', ''] });
  });
});
