import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { EventPublisher, RunEvent } from '../../src/ports/event-publisher.ts';
import { runEvent } from './records.ts';

interface PublisherUnderTest {
  readonly publisher: EventPublisher;
  /** At least `count` events of this subject, in the order in which a consumer meets them. */
  published(subject: string, count: number): Promise<readonly RunEvent[]>;
}

/** What every event publisher promises. */
export function testEventPublisher(open: () => PublisherUnderTest): void {
  it('publishes events whole and in order', async () => {
    const { publisher, published } = open();
    const runId = randomUUID();
    const events = [
      runEvent(runId, { id: `${runId}-1`, type: 'hexdag.run.failed', data: { error: { message: 'Größe' } } }),
      runEvent(runId, { id: `${runId}-2`, traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }),
    ];

    await publisher.publish(events);

    const met = (await published(runId, 2)).filter((event) => event.subject === runId);
    expect(met).toEqual(events);
  });

  it('has nothing to do for no events', async () => {
    const { publisher } = open();

    const done = publisher.publish([]);

    await expect(done).resolves.toBeUndefined();
  });

  it('keeps the order of what is published at the same time', async () => {
    const { publisher, published } = open();
    const runId = randomUUID();
    const events = Array.from({ length: 30 }, (_, index) => runEvent(runId, { id: `${runId}-${index}` }));

    await Promise.all(events.map((event) => publisher.publish([event])));

    const met = (await published(runId, 30)).filter((event) => event.subject === runId);
    expect(met.map(({ id }) => id)).toEqual(events.map(({ id }) => id));
  });
}
