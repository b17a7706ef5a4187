import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HttpCallbackReceiver } from '../../src/adapters/http/http-callback-receiver.ts';
import { MemoryCallbackStore } from '../../src/adapters/mock/memory-callback-store.ts';
import { MemoryOutboxStore } from '../../src/adapters/mock/memory-outbox-store.ts';
import { MemoryPublisher } from '../../src/adapters/mock/memory-publisher.ts';
import { CallbackCourier } from '../../src/callbacks/callback-courier.ts';
import { DependencyUnavailableError } from '../../src/ports/errors.ts';
import type { RunEvent } from '../../src/ports/event-publisher.ts';
import type { LogLevel } from '../../src/ports/log.ts';
import type { Outbox } from '../../src/ports/outbox-store.ts';
import { OutboxRelay } from '../../src/run/outbox-relay.ts';
import { TestHttpServer } from '../adapters/http/http-server.ts';
import { at, runEvent } from '../conformance/records.ts';
import { ManualClock } from '../helpers/manual-clock.ts';

const SECRET = `whsec_${'bmV3'.repeat(8)}`;
const LATER = at(1_000_000);
const ALL = { limit: 100, budgetMs: 1_000 };
const MINUTE_MS = 60_000;

type Answer = (response: ServerResponse) => void;
const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answer =>
  (response) =>
    response.writeHead(code, headers).end();

let server: TestHttpServer;
/** What the receiver answers to the next calls; then 200. */
let answers: Answer[];
let clock: ManualClock;
let store: MemoryCallbackStore;
let lines: { level: LogLevel; message: string; properties: unknown }[];

beforeEach(async () => {
  answers = [];
  server = await TestHttpServer.start((_, response) => (answers.shift() ?? status(200))(response));
  clock = new ManualClock();
  store = new MemoryCallbackStore();
  lines = [];
});

afterEach(() => server.close());

function createCourier(url = `${server.origin}/callbacks`, timeoutMs = 10_000): CallbackCourier {
  const receiver = new HttpCallbackReceiver({ url, secrets: [SECRET] }, clock, { timeoutMs });
  const log = (level: LogLevel, message: string, properties: unknown) => void lines.push({ level, message, properties });
  return new CallbackCourier({ receiver, store, clock, log, events: new Set(['hexdag.run.completed']) });
}

function completed(index = 0): RunEvent {
  return runEvent(`run-${index}`);
}

const idsSeen = () => server.requests.map(({ headers }) => headers['webhook-id']);
const kept = () => store.due(LATER, 1_000);

describe('a receiver that is there', () => {
  it('is called once with each event that it wants, and nothing is kept', async () => {
    const courier = createCourier();
    const unwanted = runEvent('run-0', { id: 'run-0:started', type: 'hexdag.run.started' });

    await courier.tell([unwanted, completed(0)]);
    await courier.tell([completed(1)]);

    expect(idsSeen()).toEqual(['run-0:completed', 'run-1:completed']);
    expect(await kept()).toEqual([]);
  });
});

describe('a receiver that does not take an event', () => {
  it('answers 500 and then 200: it is called again with the same id and body, once that is due', async () => {
    const courier = createCourier();
    answers = [status(500)];

    await courier.tell([completed()]);
    const early = await courier.retryDue(ALL);
    clock.advance(MINUTE_MS);
    const due = await courier.retryDue(ALL);

    const [first, second] = server.requests;
    expect([early, due]).toMatchObject([{ taken: 0 }, { taken: 1 }]);
    expect(second).toMatchObject({ body: first?.body, headers: { 'webhook-id': first?.headers['webhook-id'] } });
    expect(await kept()).toEqual([]);
  });

  it('asks to wait by 429 and Retry-After: nobody calls it before, and then everything comes', async () => {
    const courier = createCourier();
    answers = [status(429, { 'retry-after': '20' })];

    await courier.tell([completed(0)]);
    await courier.tell([completed(1)]);
    clock.advance(19_000);
    await courier.retryDue(ALL);
    const meanwhile = idsSeen();
    clock.advance(MINUTE_MS);
    await courier.retryDue(ALL);

    expect(meanwhile).toEqual(['run-0:completed']);
    expect(idsSeen().slice(1).sort()).toEqual(['run-0:completed', 'run-1:completed']);
    expect(await kept()).toEqual([]);
  });

  it('is gone (410): that event never comes again, and the log and the record say so', async () => {
    const courier = createCourier();
    answers = [status(410)];

    await courier.tell([completed(0)]);
    clock.advance(24 * 60 * MINUTE_MS);
    await courier.retryDue(ALL);
    await courier.tell([completed(1)]);

    expect(idsSeen()).toEqual(['run-0:completed', 'run-1:completed']);
    expect(await store.givenUp(10)).toMatchObject([{ event: completed(0), attempts: 1, failure: { code: 'callback_gone' } }]);
    expect(lines).toMatchObject([
      { level: 'error', properties: { runId: 'run-0', eventId: 'run-0:completed', code: 'callback_gone' } },
    ]);
  });

  it('stays away for three days: it is called less and less often, then given up, and can be sent again', async () => {
    const courier = createCourier();
    const isBack = clock.now() + 3 * 24 * 60 * MINUTE_MS;
    answers = Array.from({ length: 1_000 }, () => status(503));

    await courier.tell([completed()]);
    while (clock.now() < isBack + 2 * 60 * MINUTE_MS) {
      clock.advance(MINUTE_MS);
      await courier.retryDue(ALL);
    }
    const [givenUp] = await store.givenUp(10);
    answers = [];
    if (givenUp !== undefined) await store.update({ ...givenUp, attempts: 0, due: at(0) });
    clock.advance(MINUTE_MS);
    const again = await courier.retryDue(ALL);

    expect(givenUp).toMatchObject({ due: null, failure: { code: 'http_status' } });
    expect(givenUp?.attempts).toBeGreaterThan(40);
    expect(givenUp?.attempts).toBeLessThan(100);
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(again).toMatchObject({ taken: 1 });
    expect(new Set(idsSeen())).toEqual(new Set(['run-0:completed']));
  });
});

describe('a receiver that is dead', () => {
  it('is left alone after a few failures on end, and gets everything when it is back', async () => {
    const events = Array.from({ length: 50 }, (_, index) => completed(index));
    answers = Array.from({ length: 3 }, () => status(502));
    const courier = createCourier();

    for (const event of events) await courier.tell([event]);
    const called = server.requests.length;
    const waiting = (await kept()).length;
    clock.advance(MINUTE_MS);
    const counts = await courier.retryDue(ALL);

    expect([called, waiting]).toEqual([3, 50]);
    expect(counts).toMatchObject({ taken: 50, left: 0 });
    expect(new Set(idsSeen()).size).toBe(50);
    expect(lines.map(({ level }) => level)).toEqual(['warn']);
  });

  it('costs a bounded number of calls at a time', async () => {
    const waiting: ServerResponse[] = [];
    let [left, most] = [60, 0];
    answers = Array.from({ length: left }, () => (response) => {
      waiting.push(response);
      most = Math.max(most, waiting.length);
      if (waiting.length < Math.min(8, left)) return;
      // A ninth would come with the others.
      setImmediate(() => {
        left -= waiting.length;
        for (const answered of waiting.splice(0)) answered.writeHead(200).end();
      });
    });
    const courier = createCourier();

    await Promise.all(Array.from({ length: 60 }, (_, index) => courier.tell([completed(index)])));

    expect(most).toBe(8);
    expect(await kept()).toEqual([]);
  });

  it('does not keep more waiting in memory than it should: the rest goes to the store', async () => {
    answers = Array.from({ length: 600 }, () => () => {});
    const courier = createCourier(undefined, 300);

    await Promise.all(Array.from({ length: 600 }, (_, index) => courier.tell([completed(index)])));

    expect(server.requests.length).toBeLessThan(20);
    expect(await kept()).toHaveLength(600);
  });

  it('is not called while what is due cannot be found out', async () => {
    const courier = createCourier();
    store.due = () => Promise.reject(new DependencyUnavailableError('Away.'));

    await expect(courier.retryDue(ALL)).rejects.toThrow(DependencyUnavailableError);
    expect(server.requests).toEqual([]);
  });

  it('repeats a call that was taken if that cannot be written down', async () => {
    const courier = createCourier();
    await courier.keep([completed()]);
    const remove = store.remove.bind(store);
    store.remove = () => Promise.reject(new DependencyUnavailableError('Away.'));
    clock.advance(MINUTE_MS);

    const first = await courier.retryDue(ALL);
    store.remove = remove;
    const second = await courier.retryDue(ALL);

    expect([first, second]).toMatchObject([{ left: 1 }, { taken: 1 }]);
    expect(idsSeen()).toEqual(['run-0:completed', 'run-0:completed']);
  });
});

describe('the relay with a callback', () => {
  const OUTBOX: Outbox = { runId: 'run-0', place: { kind: 'end' }, events: [completed()] };

  function createRelay(courier: CallbackCourier, published: readonly string[] = ['hexdag.run.completed']) {
    const outboxes = new MemoryOutboxStore();
    const publisher = new MemoryPublisher();
    outboxes.leave(OUTBOX.runId, OUTBOX.place, OUTBOX.events, at(0));
    const log = (level: LogLevel, message: string, properties: unknown) => void lines.push({ level, message, properties });
    return {
      outboxes,
      publisher,
      relay: new OutboxRelay({ publisher, outboxes, log, published: new Set(published), callbacks: courier }),
    };
  }

  it('publishes to the topic without waiting for the receiver, and empties the outbox when both have the event', async () => {
    const asked = Promise.withResolvers<ServerResponse>();
    answers = [(response) => asked.resolve(response)];
    const { outboxes, publisher, relay } = createRelay(createCourier());

    await relay.deliver(OUTBOX);
    const response = await asked.promise;
    const before = [publisher.published.length, (await outboxes.unpublished(LATER, 1)).length];
    response.writeHead(200).end();
    await relay.drain();

    expect(before).toEqual([1, 1]);
    expect(await outboxes.unpublished(LATER, 1)).toEqual([]);
    expect(await kept()).toEqual([]);
  });

  it('empties the outbox once the event is kept for a receiver that is down', async () => {
    const dead = 'http://127.0.0.1:9/callbacks';
    const { outboxes, publisher, relay } = createRelay(createCourier(dead));

    await relay.deliver(OUTBOX);
    await relay.drain();

    expect(publisher.published).toHaveLength(1);
    expect(await outboxes.unpublished(LATER, 1)).toEqual([]);
    expect(await kept()).toMatchObject([{ event: completed(), attempts: 1, failure: { code: 'http_unreachable' } }]);
  });

  it('leaves the outbox to the sweeper if the event can be neither taken nor kept', async () => {
    answers = [status(500)];
    store.keep = () => Promise.reject(new DependencyUnavailableError('Away.'));
    const { outboxes, relay } = createRelay(createCourier());

    await relay.deliver(OUTBOX);
    await relay.drain();

    expect(await outboxes.unpublished(LATER, 1)).toEqual([OUTBOX]);
    expect(lines).toMatchObject([{ level: 'warn', properties: { runId: 'run-0' } }]);
  });

  it('has an event called back that a process left when it died between commit and call', async () => {
    const courier = createCourier();
    const { outboxes, publisher, relay } = createRelay(courier);
    const [left] = await outboxes.unpublished(LATER, 1);

    if (left !== undefined) await relay.redeliver(left);
    const calledBySweep = server.requests.length;
    clock.advance(MINUTE_MS);
    await courier.retryDue(ALL);

    expect(calledBySweep).toBe(0);
    expect(publisher.published).toHaveLength(1);
    expect(idsSeen()).toEqual(['run-0:completed']);
    expect(await outboxes.unpublished(LATER, 1)).toEqual([]);
  });

  it('calls back with events that the topic is not told', async () => {
    const { publisher, relay } = createRelay(createCourier(), []);

    const wanted = relay.wanted(OUTBOX.events);
    await relay.deliver(OUTBOX);
    await relay.drain();

    expect(wanted).toEqual(OUTBOX.events);
    expect(publisher.published).toEqual([]);
    expect(idsSeen()).toEqual(['run-0:completed']);
  });
});
