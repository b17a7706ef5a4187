import { describe, expect, it } from 'vitest';
import { bodiesOf, startTopics } from '../broker-fixture.ts';

/** One message, and for each condition whether it is true of it. */
const MESSAGE = {
  body: 'placed',
  messageId: 'm-1',
  correlationId: 'c-1',
  subject: 'order.placed',
  contentType: 'application/json',
  to: 'billing',
  replyTo: 'backend',
  sessionId: 'session-1',
  replyToSessionId: 'session-2',
  applicationProperties: {
    region: 'eu',
    total: 120.5,
    count: 3,
    negative: -2,
    express: true,
    percent: '100%',
    'Order Type': 'new',
    at: new Date(0),
  },
};

const CONDITIONS: readonly (readonly [condition: string, matches: boolean])[] = [
  ['1=1', true],
  ['1=0', false],
  ["region = 'eu'", true],
  ["REGION = 'eu'", false],
  ["region = 'EU'", false],
  ["user.region='eu' and total>=120.5", true],
  ["region != 'us' AND total <> 1", true],
  ["region < 'ez' AND region > 'es' AND region <= 'eu'", true],
  ['count = 3', true],
  ['count = 3.0', true],
  ["count = '3'", false],
  ["NOT count = '3'", false],
  ['negative < -1.5e0', true],
  ['+count - -negative * 2 = -1', true],
  ['count * (2 + 1) = 9 AND count % 2 = 1 AND count / 2 = 1.5', true],
  ['count / 0 = 1 OR count / 0 <> 1', false],
  ["region + '-west' = 'eu-west'", true],
  ["region + 1 = 'eu1'", false],
  ['express = TRUE', true],
  ['express = false', false],
  ['express > false', false],
  ["region IN ('us', 'eu')", true],
  ["region NOT IN ('us', 'uk')", true],
  ["region NOT IN ('us', absent)", false],
  ["absent IN ('us')", false],
  ["absent NOT IN ('us')", false],
  ["absent = 'x' OR region = 'eu'", true],
  ["absent = 'x' AND region = 'eu'", false],
  ["NOT (absent = 'x')", false],
  ["NOT (absent = 'x' AND region = 'us')", true],
  ['absent IS NULL AND region IS NOT NULL', true],
  ['region IS NULL', false],
  ['region = NULL OR region <> NULL', false],
  ['EXISTS(region) AND NOT EXISTS(absent)', true],
  ['EXISTS(at) AND EXISTS(sys.MessageId)', true],
  ["at = 'x' OR at <> 'x'", false],
  ["sys.Label LIKE 'order.%'", true],
  ["sys.label LIKE 'order.'", false],
  ["sys.Label LIKE 'order_placed'", true],
  ["sys.Label LIKE '%.%d' AND sys.Label NOT LIKE '%cancel%'", true],
  ["percent LIKE '100!%' ESCAPE '!'", true],
  ["percent LIKE '10!%' ESCAPE '!'", false],
  ["percent LIKE '%' ESCAPE '!!'", false],
  ["count LIKE '3'", false],
  ["[Order Type] = 'new' AND \"Order Type\" = 'new'", true],
  ["p('Order Type') = 'new' AND property('region') = 'eu'", true],
  ['newid() <> newid()', true],
  ["sys.MessageId='m-1' AND sys.CorrelationId='c-1' AND sys.To='billing' AND sys.ReplyTo='backend'", true],
  ["sys.ContentType='application/json' AND sys.SessionId='session-1' AND sys.ReplyToSessionId='session-2'", true],
  ["region = 'it''s' OR region = 'eu'", true],
];

describe('a SQL filter', () => {
  it('takes the messages its condition is true of, and neither those it is false of nor those it cannot tell of', async () => {
    const subscriptions = CONDITIONS.map(([SqlExpression], index) => [
      `s${index}`,
      { rules: { only: { SqlFilter: { SqlExpression } } } },
    ]);
    const { client } = await startTopics({ events: { subscriptions: Object.fromEntries(subscriptions) } });

    await client.createSender('events').sendMessages(MESSAGE);

    const matches = await Promise.all(CONDITIONS.map((_, index) => bodiesOf(client, 'events', `s${index}`)));
    expect(CONDITIONS.map(([condition], index) => [condition, matches[index]?.length === 1])).toEqual(CONDITIONS);
  });
});

const CORRELATIONS: readonly (readonly [correlation: object, matches: boolean])[] = [
  [{ Label: 'order.placed' }, true],
  [{ Label: 'order.placed', ContentType: 'application/json', Properties: { region: 'eu', total: 120.5 } }, true],
  [{ Label: 'ORDER.PLACED' }, false],
  [{ MessageId: 'm-1', CorrelationId: 'c-1', To: 'billing', ReplyTo: 'backend' }, true],
  [{ SessionId: 'session-1', ReplyToSessionId: 'session-2' }, true],
  [{ SessionId: 'session-1', ReplyToSessionId: 'session-1' }, false],
  [{ Properties: { count: 3, express: true } }, true],
  [{ Properties: { count: '3' } }, false],
  [{ Properties: { absent: 'x' } }, false],
];

describe('a correlation filter', () => {
  it('takes the messages that have all of its values, of the same type and in the same case', async () => {
    const subscriptions = CORRELATIONS.map(([CorrelationFilter], index) => [
      `s${index}`,
      { rules: { only: { FilterType: 'Correlation', CorrelationFilter } } },
    ]);
    const { client } = await startTopics({ events: { subscriptions: Object.fromEntries(subscriptions) } });

    await client.createSender('events').sendMessages(MESSAGE);

    const matches = await Promise.all(CORRELATIONS.map((_, index) => bodiesOf(client, 'events', `s${index}`)));
    expect(CORRELATIONS.map(([correlation], index) => [correlation, matches[index]?.length === 1])).toEqual(CORRELATIONS);
  });
});
