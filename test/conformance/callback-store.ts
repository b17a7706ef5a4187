import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { CallbackStore, KeptCallback } from '../../src/ports/callback-store.ts';
import { at, runEvent } from './records.ts';

function kept(change: Partial<KeptCallback> = {}, runId: string = randomUUID()): KeptCallback {
  const event = runEvent(runId, { id: `${runId}:waiting:each[0]/approval`, traceparent: '00-trace' });
  return { event, attempts: 1, keptAt: at(-9_000), due: at(-8_000), ...change };
}

/** What every store of callbacks promises. `open` gives the store under test, which the tests share. */
export function testCallbackStore(open: () => CallbackStore): void {
  /** The store, with nothing due in it. */
  async function empty(): Promise<CallbackStore> {
    const store = open();
    for (const { event } of await store.due(at(0), 1_000)) await store.remove(event);
    return store;
  }

  it('finds what is due, whole, the longest due first', async () => {
    const store = await empty();
    const late = kept({ due: at(-7_001), failure: { code: 'http_status', message: 'It answered 503.' } });
    const early = kept({ due: at(-7_002) });
    await store.keep(late);
    await store.keep(early);
    await store.keep(kept({ due: at(-7_000) }));

    const due = await store.due(at(-7_000), 10);
    const first = await store.due(at(-7_000), 1);

    expect(due).toEqual([early, late]);
    expect(first).toEqual([early]);
  });

  it('keeps an event once: what is known of it stands', async () => {
    const store = await empty();
    const callback = kept({ attempts: 3 });
    await store.keep(callback);

    await store.keep({ ...callback, attempts: 0, due: at(-8_500) });

    expect(await store.due(at(0), 10)).toEqual([callback]);
  });

  it('writes down how it stands, and forgets what was taken, however often it is told', async () => {
    const store = await empty();
    const callback = kept();
    const postponed = { ...callback, attempts: 2, due: at(-1), failure: { code: 'http_unreachable', message: 'No answer.' } };
    await store.keep(callback);

    await store.update(postponed);
    const due = await store.due(at(0), 10);
    await store.remove(callback.event);
    await store.remove(callback.event);

    expect(due).toEqual([postponed]);
    expect(await store.due(at(0), 10)).toEqual([]);
  });

  it('keeps several events of a run apart', async () => {
    const store = await empty();
    const runId = randomUUID();
    const both = ['started', 'completed'].map((name, index) =>
      kept({ event: runEvent(runId, { id: `${runId}:${name}` }), due: at(index - 500) }),
    );
    for (const callback of both) await store.keep(callback);

    await store.remove(runEvent(runId, { id: `${runId}:started` }));

    expect(await store.due(at(0), 10)).toEqual(both.slice(1));
  });

  it('shows what was given up, which is due no more until somebody says so', async () => {
    const store = await empty();
    const runIds: readonly string[] = [randomUUID(), randomUUID()];
    const all = runIds.map((runId, index) => kept({ due: null, keptAt: at(-20_000 - index) }, runId));
    for (const callback of all) await store.update(callback);
    const isOurs = ({ event }: KeptCallback) => runIds.includes(event.subject);

    const due = await store.due(at(9_000), 1_000);
    const givenUp = (await store.givenUp(1_000)).filter(isOurs);
    for (const callback of all) await store.update({ ...callback, due: at(-2) });

    expect(due.filter(isOurs)).toEqual([]);
    expect(givenUp).toEqual([...all].reverse());
    expect((await store.givenUp(1_000)).filter(isOurs)).toEqual([]);
    expect(await store.due(at(0), 10)).toHaveLength(2);
  });
}
