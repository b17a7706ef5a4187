import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../local/service-bus/duration.ts';
import { loadTopology, TopologyError } from '../../../local/service-bus/topology.ts';

const DAY_MS = 86_400_000;

function problemsOf(document: unknown): readonly string[] {
  try {
    loadTopology(typeof document === 'string' ? document : JSON.stringify(document), 'file.json');
  } catch (error) {
    if (error instanceof TopologyError) return error.problems.map((problem) => `${problem.code} ${problem.path}`);
  }
  throw new Error('A topology error was expected.');
}

function namespaceWith(namespace: object) {
  return { UserConfig: { Namespaces: [namespace] } };
}

describe('the topology document', () => {
  it('of the project names the queues and topics of the app', () => {
    const file = new URL('../../../local/service-bus.json', import.meta.url);

    const { queues, topics } = loadTopology(readFileSync(file, 'utf8'), 'service-bus.json');

    expect(queues).toMatchObject([
      { name: 'orders', lockDurationMs: 5_000, maxDeliveryCount: 10, deadLettersOnExpiry: true, duplicateWindowMs: undefined },
    ]);
    expect(topics).toMatchObject([
      { name: 'run-events', duplicateWindowMs: DAY_MS, subscriptions: [{ subscriptionName: 'backend', lockDurationMs: 30_000 }] },
      {
        name: 'carrier-events',
        duplicateWindowMs: undefined,
        subscriptions: [{ subscriptionName: 'shipments', requiresSession: true }],
      },
    ]);
  });

  it('fills in what a queue leaves out, and reads past what it does not know', () => {
    const document = { UserConfig: { Namespaces: [{ Name: 'n', Queues: [{ Name: 'q' }] }], Logging: { Type: 'File' } } };

    const { queues } = loadTopology(JSON.stringify(document), 'file.json');

    expect(queues).toEqual([
      {
        name: 'q',
        lockDurationMs: 60_000,
        maxDeliveryCount: 10,
        defaultTtlMs: undefined,
        deadLettersOnExpiry: false,
        duplicateWindowMs: undefined,
        requiresSession: false,
      },
    ]);
  });

  it('reads topics, their subscriptions and the rules of those', () => {
    const correlation = { Label: 'paid', ContentType: 'application/json', Properties: { region: 'eu' } };
    const rules = [
      { Name: 'paid', Properties: { FilterType: 'Correlation', CorrelationFilter: correlation } },
      {
        Name: 'big',
        Properties: {
          FilterType: 'Sql',
          SqlFilter: { SqlExpression: 'total > 100' },
          Action: { SqlExpression: "SET size = 'big'" },
        },
      },
    ];
    const subscriptions = [{ Name: 'audit' }, { Name: 'billing', Properties: { MaxDeliveryCount: 3 }, Rules: rules }];
    const topic = { Name: 'orders', Properties: { RequiresDuplicateDetection: true }, Subscriptions: subscriptions };

    const { topics } = loadTopology(JSON.stringify(namespaceWith({ Topics: [topic] })), 'file.json');

    expect(topics).toMatchObject([
      {
        name: 'orders',
        duplicateWindowMs: 600_000,
        defaultTtlMs: undefined,
        subscriptions: [
          { subscriptionName: 'audit', ruleSet: [{ name: '$Default', filter: { kind: 'true' } }] },
          {
            subscriptionName: 'billing',
            maxDeliveryCount: 3,
            ruleSet: [
              {
                name: 'paid',
                filter: {
                  kind: 'correlation',
                  fields: { subject: 'paid', contentType: 'application/json' },
                  properties: { region: 'eu' },
                },
              },
              { name: 'big', filter: { kind: 'sql', expression: 'total > 100' }, action: "SET size = 'big'" },
            ],
          },
        ],
      },
    ]);
  });

  it('is refused with all of its problems and their places', () => {
    const problems = problemsOf(
      namespaceWith({
        Queues: [
          { Name: '', Properties: { LockDuration: 'PT6M', MaxDeliveryCount: 0 } },
          { Name: 'ok', Properties: { ForwardTo: 'other', DefaultMessageTimeToLive: '1h' } },
        ],
      }),
    );

    expect(problems).toEqual([
      'invalid_value UserConfig.Namespaces[0].Queues[0].Name',
      'invalid_value UserConfig.Namespaces[0].Queues[0].Properties.LockDuration',
      'invalid_value UserConfig.Namespaces[0].Queues[0].Properties.MaxDeliveryCount',
      'invalid_value UserConfig.Namespaces[0].Queues[1].Properties.DefaultMessageTimeToLive',
      'invalid_value UserConfig.Namespaces[0].Queues[1].Properties.ForwardTo',
    ]);
  });

  it.each([
    ['no JSON', '{', ['not_json ']],
    ['no namespaces', {}, ['invalid_value UserConfig']],
    [
      'two queues of one name',
      namespaceWith({ Queues: [{ Name: 'a' }, { Name: 'A' }] }),
      ['duplicate_name UserConfig.Namespaces[0].Queues[1].Name'],
    ],
    [
      'a queue and a topic of one name',
      namespaceWith({ Queues: [{ Name: 'a' }], Topics: [{ Name: 'A' }] }),
      ['duplicate_name UserConfig.Namespaces[0].Topics[0].Name'],
    ],
    [
      'two subscriptions, or two rules, of one name',
      namespaceWith({
        Topics: [{ Name: 't', Subscriptions: [{ Name: 's', Rules: [{ Name: 'r' }, { Name: 'R' }] }, { Name: 'S' }] }],
      }),
      [
        'duplicate_name UserConfig.Namespaces[0].Topics[0].Subscriptions[1].Name',
        'duplicate_name UserConfig.Namespaces[0].Topics[0].Subscriptions[0].Rules[1].Name',
      ],
    ],
    [
      'rules that are none',
      namespaceWith({
        Topics: [
          {
            Name: 't',
            Subscriptions: [
              {
                Name: 's',
                Rules: [
                  { Name: 'condition', Properties: { SqlFilter: { SqlExpression: 'a =' } } },
                  { Name: 'action', Properties: { Action: { SqlExpression: 'DROP a' } } },
                  { Name: 'empty', Properties: { FilterType: 'Correlation', CorrelationFilter: {} } },
                ],
              },
            ],
          },
        ],
      }),
      [0, 1, 2].map((rule) => `invalid_rule UserConfig.Namespaces[0].Topics[0].Subscriptions[0].Rules[${rule}]`),
    ],
  ])('is refused if it has %s', (_kind, document, expected) => {
    expect(problemsOf(document)).toEqual(expected);
  });
});

describe('a duration', () => {
  it.each([
    ['PT30S', 30_000],
    ['PT1.5S', 1500],
    ['PT1H2M3S', 3_723_000],
    ['P1D', DAY_MS],
    ['P1DT1S', DAY_MS + 1000],
  ])('written %s is read', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', 'P', 'PT', 'P1DT', '30', 'PT-1S', 'P1Y', '1d'])('cannot be written "%s"', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
