import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { WaitDecision, WaitStore } from '../../src/ports/wait-store.ts';
import { at, waitRecord } from './records.ts';

function decision(value: string): WaitDecision {
  return { status: 'decided', decidedAt: at(5), payload: { value: { by: value } }, payloadHash: `hash of ${value}` };
}

/** What every wait store promises. */
export function testWaitStore(open: () => WaitStore): void {
  it('knows nothing of a wait nobody opened, and decides none', async () => {
    const store = open();
    const runId = randomUUID();

    const answers = [
      await store.read(runId, 'approval'),
      await store.decide(runId, 'approval', decision('Ada')),
      await store.list(runId),
    ];

    expect(answers).toEqual([null, null, []]);
  });

  it('gives back what was opened, whole', async () => {
    const store = open();
    const wait = waitRecord(randomUUID(), { setup: { ticket: 'T-1', tags: ['é', null] } });

    const opened = await store.open(wait);

    expect(opened).toEqual({ first: true, wait });
    expect(await store.read(wait.runId, wait.node)).toEqual(wait);
  });

  it('keeps a wait without end', async () => {
    const store = open();
    const { until: _, ...wait } = waitRecord(randomUUID());

    await store.open(wait);

    expect(await store.read(wait.runId, wait.node)).toEqual(wait);
  });

  it('opens a wait once: a second time tells what is recorded', async () => {
    const store = open();
    const wait = waitRecord(randomUUID());
    await store.open(wait);
    await store.decide(wait.runId, wait.node, decision('Ada'));

    const again = await store.open({ ...wait, openedAt: at(9), until: at(90) });

    expect(again).toEqual({ first: false, wait: { ...wait, ...decision('Ada') } });
  });

  it('lets the first decision stand, and tells whoever comes second', async () => {
    const store = open();
    const wait = waitRecord(randomUUID());
    await store.open(wait);

    const first = await store.decide(wait.runId, wait.node, decision('Ada'));
    const second = await store.decide(wait.runId, wait.node, { status: 'timed_out', decidedAt: at(60) });

    const decided = { ...wait, ...decision('Ada') };
    expect(first).toEqual({ first: true, wait: decided });
    expect(second).toEqual({ first: false, wait: decided });
    expect(await store.read(wait.runId, wait.node)).toEqual(decided);
  });

  it('ends a wait that was in vain, after which no event decides it', async () => {
    const store = open();
    const wait = waitRecord(randomUUID());
    await store.open(wait);
    await store.decide(wait.runId, wait.node, { status: 'timed_out', decidedAt: at(60) });

    const late = await store.decide(wait.runId, wait.node, decision('Ada'));

    expect(late).toEqual({ first: false, wait: { ...wait, status: 'timed_out', decidedAt: at(60) } });
  });

  it('lets exactly one of many decisions at once be the first, and shows it to all', async () => {
    const store = open();
    const wait = waitRecord(randomUUID());
    await store.open(wait);

    const answers = await Promise.all(
      Array.from({ length: 4 }, (_, index) => store.decide(wait.runId, wait.node, decision(`person ${index}`))),
    );

    const winner = answers.find((answer) => answer?.first)?.wait;
    expect(answers.filter((answer) => answer?.first)).toHaveLength(1);
    expect(answers.map((answer) => answer?.wait)).toEqual(answers.map(() => winner));
  });

  it('lists the waits of a run, the longest open first, and no others', async () => {
    const store = open();
    const runId = randomUUID();
    const late = waitRecord(runId, { node: 'late', openedAt: at(9) });
    const early = waitRecord(runId, { node: 'early', openedAt: at(2) });
    for (const wait of [late, early, waitRecord(randomUUID())]) await store.open(wait);
    await store.decide(runId, 'late', decision('Ada'));

    const waits = await store.list(runId);

    expect(waits).toEqual([early, { ...late, ...decision('Ada') }]);
  });

  it('knows nothing any more of a wait that is forgotten, which may be opened again', async () => {
    const store = open();
    const wait = waitRecord(randomUUID());
    await store.open(wait);

    await store.forget(wait.runId, wait.node);
    await store.forget(wait.runId, wait.node);

    expect(await store.read(wait.runId, wait.node)).toBeNull();
    expect(await store.open({ ...wait, openedAt: at(9) })).toEqual({ first: true, wait: { ...wait, openedAt: at(9) } });
  });

  it('keeps nodes apart, whatever their paths hold', async () => {
    const store = open();
    const runId = randomUUID();
    const nodes = ['each[0].wait', 'each[1].wait', 'each~2[0].wait', 'route[else].wait', 'a/b', 'a%2fb'];

    for (const node of nodes) await store.open(waitRecord(runId, { node, eventKey: `key of ${node}` }));

    const waits = await Promise.all(nodes.map((node) => store.read(runId, node)));
    expect(waits.map((wait) => wait?.eventKey)).toEqual(nodes.map((node) => `key of ${node}`));
  });

  it('keeps a payload that is a reference', async () => {
    const store = open();
    const wait = waitRecord(randomUUID());
    await store.open(wait);
    const blob = {
      name: `${wait.runId}/approval.event/1.json`,
      sha256: 'a'.repeat(64),
      bytes: 40_000,
      contentType: 'application/json',
    };

    await store.decide(wait.runId, wait.node, { status: 'decided', decidedAt: at(5), payload: { blob }, payloadHash: 'hash' });

    expect((await store.read(wait.runId, wait.node))?.payload).toEqual({ blob });
  });
}
