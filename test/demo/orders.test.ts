import { describe, expect, it } from 'vitest';
import { COUNTS, createDelivery } from '../../demo/orders.ts';

describe('the orders of the demo', () => {
  it('are as many, and of as many kinds, as it says', () => {
    const { messages, expected } = createDelivery();

    const ids = messages.map(({ messageId }) => messageId);
    const bodies = messages.map(({ body }) => Buffer.from(body).toString());
    expect(messages).toHaveLength(COUNTS.messages);
    expect(ids.length - new Set(ids).size).toBe(COUNTS.duplicates);
    expect(new Set(bodies).size).toBe(messages.length - COUNTS.duplicates);
    expect(new Set(bodies.filter((body) => body.includes('tok_flaky_2'))).size).toBe(COUNTS.flaky);
    expect(new Set(bodies.filter((body) => body.includes('tok_declined'))).size).toBe(COUNTS.declined);
    expect(expected.filter(({ ending }) => ending === 'failed')).toHaveLength(COUNTS.declined);
    expect(expected.filter(({ ending }) => ending === 'refused')).toHaveLength(COUNTS.broken);
  });
});
