import { describe, expect, it } from 'vitest';
import { bodiesOf, errorCodeOf, ruleNames, rulesOf, startTopics } from '../broker-fixture.ts';

const TOPICS = { events: { subscriptions: { audit: {} } } };

describe('the rules of a subscription', () => {
  it('are listed as they were made, the one of a subscription that was given none included', async () => {
    const { client } = await startTopics(TOPICS);
    const rules = client.createRuleManager('events', 'audit');

    await rules.createRule('sql', { sqlExpression: 'total > 100' }, { sqlExpression: "SET size = 'big'" });
    await rules.createRule('correlation', {
      correlationId: 'c-1',
      subject: 'placed',
      applicationProperties: { region: 'eu', count: 3, ratio: 0.5, express: true, at: new Date(5) },
    });

    expect(await rulesOf(client, 'events', 'audit')).toEqual([
      { name: '$Default', filter: { sqlExpression: '1=1' }, action: {} },
      { name: 'sql', filter: { sqlExpression: 'total > 100' }, action: { sqlExpression: "SET size = 'big'" } },
      {
        name: 'correlation',
        filter: expect.objectContaining({
          correlationId: 'c-1',
          subject: 'placed',
          applicationProperties: { region: 'eu', count: 3, ratio: 0.5, express: true, at: new Date(5) },
        }),
        action: {},
      },
    ]);
  });

  it('decide from then on what comes, and $Default can go', async () => {
    const { client } = await startTopics(TOPICS);
    const rules = client.createRuleManager('events', 'audit');
    const sender = client.createSender('events');

    await sender.sendMessages({ body: 'before' });
    await rules.deleteRule('$Default');
    await sender.sendMessages({ body: 'while none' });
    await rules.createRule('eu', { applicationProperties: { region: 'eu' } });
    await rules.createRule('placed', { sqlExpression: "sys.Label LIKE 'placed%'" });
    await sender.sendMessages([
      { body: 'eu', applicationProperties: { region: 'eu' } },
      { body: 'neither', applicationProperties: { region: 'us' } },
      { body: 'both', subject: 'placed.now', applicationProperties: { region: 'eu' } },
    ]);
    const remaining = await ruleNames(client, 'events', 'audit');

    expect(await bodiesOf(client, 'events', 'audit')).toEqual(['before', 'eu', 'both']);
    expect(remaining).toEqual(['eu', 'placed']);
  });

  it('are refused when the name is taken or unknown, or the text is no condition', async () => {
    const { client } = await startTopics(TOPICS);
    const rules = client.createRuleManager('events', 'audit');

    const codes = [
      await errorCodeOf(rules.createRule('$DEFAULT', { sqlExpression: '1=1' })),
      await errorCodeOf(rules.deleteRule('nothing')),
      await errorCodeOf(rules.createRule('bad', { sqlExpression: 'region = ' })),
      await errorCodeOf(rules.createRule('bad', { sqlExpression: '1=1' }, { sqlExpression: 'SET x' })),
    ];

    expect(codes).toEqual(['MessagingEntityAlreadyExists', 'MessagingEntityNotFound', 'GeneralError', 'GeneralError']);
    expect(await ruleNames(client, 'events', 'audit')).toEqual(['$Default']);
  });

  it('are none of a queue, whose management node says so', async () => {
    const { client } = await startTopics(TOPICS);

    const attempt = rulesOf(client, 'events', 'audit/$DeadLetterQueue');

    await expect(attempt).rejects.toThrow(/not supported/);
  });
});

describe('a rule action', () => {
  it('changes a copy of its own, beside the one of the rules that change nothing', async () => {
    const { client } = await startTopics({
      events: {
        subscriptions: {
          audit: {
            rules: {
              all: {},
              also: { SqlFilter: { SqlExpression: '2 > 1' } },
              mark: {
                SqlFilter: { SqlExpression: 'total > 100' },
                Action: { SqlExpression: "SET size = 'big'; REMOVE region; SET doubled = total * 2; SET absent = nothing;" },
              },
              address: { Action: { SqlExpression: "SET sys.Label = 'changed'; SET sys.To = region; REMOVE sys.CorrelationId" } },
            },
          },
        },
      },
    });

    await client.createSender('events').sendMessages({
      body: { bytes: 'kept' },
      messageId: 'm',
      subject: 'placed',
      correlationId: 'c',
      applicationProperties: { total: 120, region: 'eu' },
    });

    const [plain, marked, addressed, ...others] = await client.createReceiver('events', 'audit').peekMessages(10);
    expect(others).toEqual([]);
    expect(plain).toMatchObject({ subject: 'placed', correlationId: 'c', applicationProperties: { total: 120, region: 'eu' } });
    expect(marked).toMatchObject({ body: { bytes: 'kept' }, messageId: 'm', subject: 'placed' });
    expect(marked?.applicationProperties).toEqual({ total: 120, size: 'big', doubled: 240 });
    expect(addressed).toMatchObject({ body: { bytes: 'kept' }, messageId: 'm', subject: 'changed', to: 'eu' });
    expect(addressed?.correlationId).toBeUndefined();
  });
});
