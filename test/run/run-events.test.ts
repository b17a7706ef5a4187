import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryOutboxStore } from '../../src/adapters/mock/memory-outbox-store.ts';
import { MemoryPublisher } from '../../src/adapters/mock/memory-publisher.ts';
import { RUN_EVENT_TYPES } from '../../src/ports/event-publisher.ts';
import { runFinish } from '../../src/run/finish.ts';
import { OutboxRelay } from '../../src/run/outbox-relay.ts';
import { nodeEvent, startedEvent, waitingEvent } from '../../src/run/run-events.ts';
import { at, nodeRecord, runRecord, waitRecord } from '../conformance/records.ts';

const ERROR = { type: 'PermanentError', code: 'card_declined', message: 'No.', retryable: false, node: 'charge' };
const RUN = runRecord({ runId: 'a'.repeat(40), eventKey: 'A-1', traceParent: '00-trace' });

describe('the events of a run', () => {
  it('have ids that follow from what they tell, and never a dot in them', () => {
    const record = nodeRecord(RUN.runId, { node: 'each[3].ship' });
    const ends = (['failed', 'cancelled'] as const).map((status) =>
      runFinish(RUN, status === 'failed' ? { status, error: ERROR } : { status, reason: 'No.' }, 0),
    );
    const events = [
      startedEvent(RUN),
      waitingEvent(RUN, waitRecord(RUN.runId, { node: 'each~2[0].approval' })),
      ...runFinish(RUN, { status: 'completed', output: { value: 1 } }, 0).outbox,
      ...ends.flatMap(({ outbox }) => outbox),
      nodeEvent(RUN, record),
      nodeEvent(RUN, { ...record, status: 'failed', error: ERROR }),
    ];

    expect(events.map(({ id }) => id.replace(RUN.runId, 'R'))).toEqual([
      'R:started',
      'R:waiting:each~2[0]/approval',
      'R:completed',
      'R:failed',
      'R:cancelled',
      'R:node:each[3]/ship',
      'R:node:each[3]/ship',
    ]);
    expect(events.map(({ type }) => type)).toEqual(RUN_EVENT_TYPES);
  });

  it('have ids of bounded length, whatever a node is called', () => {
    const long = nodeEvent(RUN, nodeRecord(RUN.runId, { node: `${'each[0].'.repeat(20)}ship` }));
    const foreign = nodeEvent(RUN, nodeRecord(RUN.runId, { node: 'Käufer fragen, dann' }));

    expect([long, foreign].map(({ id }) => /^a{40}:node:\*[0-9a-f]{24}$/.test(id))).toEqual([true, true]);
    expect(long.id).not.toBe(foreign.id);
  });

  it('tell whose run it is and what happened when', () => {
    const wait = waitRecord(RUN.runId, { node: 'approval', eventKey: 'approve:42', until: at(60) });

    const event = waitingEvent(RUN, wait);

    expect(event).toEqual({
      id: `${RUN.runId}:waiting:approval`,
      type: 'hexdag.run.waiting',
      source: '/pipelines/orders',
      subject: RUN.runId,
      time: wait.openedAt,
      data: {
        ...{ runId: RUN.runId, pipeline: 'orders', key: 'A-1', status: 'waiting' },
        ...{ node: 'approval', eventKey: 'approve:42', until: at(60) },
      },
      traceparent: '00-trace',
    });
  });
});

describe('the relay', () => {
  let outboxes: MemoryOutboxStore;
  let publisher: MemoryPublisher;

  beforeEach(() => {
    outboxes = new MemoryOutboxStore();
    publisher = new MemoryPublisher();
  });

  const relayOf = (published?: readonly string[]) => {
    const choice = published === undefined ? {} : { published: new Set(published) };
    return new OutboxRelay({ publisher, outboxes, log: () => {}, ...choice });
  };
  const started = startedEvent(RUN);
  const [completed = started] = runFinish(RUN, { status: 'completed', output: { value: 1 } }, 0).outbox;

  it('wants how runs end and what they wait for, unless asked otherwise', () => {
    const events = [started, completed, nodeEvent(RUN, nodeRecord(RUN.runId))];

    const [byDefault, asked, none] = [relayOf(), relayOf(['hexdag.run.started']), relayOf([])].map((relay) =>
      relay.wanted(events),
    );

    expect([byDefault, asked, none]).toEqual([[completed], [started], []]);
  });

  it('publishes what was asked for when a later deployment asks for less than was written', async () => {
    outboxes.leave(RUN.runId, { kind: 'end' }, [started, completed], at(0));
    const [left] = await outboxes.unpublished(at(1), 1);

    if (left !== undefined) await relayOf().redeliver(left);

    expect(publisher.published).toEqual([completed]);
    expect(await outboxes.unpublished(at(1), 1)).toEqual([]);
  });

  it('marks what it has published together, when it is told to', async () => {
    const relay = relayOf(['hexdag.run.started', 'hexdag.run.completed']);
    outboxes.leave(RUN.runId, { kind: 'start' }, [started], at(0));
    outboxes.leave(RUN.runId, { kind: 'end' }, [completed], at(1));
    for (const outbox of await outboxes.unpublished(at(2), 2)) await relay.deliver(outbox);
    const before = await outboxes.unpublished(at(2), 2);

    await relay.flush();

    expect(before).toHaveLength(2);
    expect(publisher.published).toEqual([started, completed]);
    expect(await outboxes.unpublished(at(2), 2)).toEqual([]);
  });
});
