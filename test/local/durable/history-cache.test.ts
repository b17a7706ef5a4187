import { expect, test } from 'vitest';
import { HistoryCache } from '../../../local/durable/history-cache.ts';
import { LiveInstance } from '../../../local/durable/live-instance.ts';

function instance(key: number): LiveInstance {
  const ids = { key, instanceId: `i${key}`, executionId: 'e', name: 'o', version: '' };
  return new LiveInstance({ ...ids, input: null, createdAt: 0, parent: null, traceParent: null });
}

test('the cache forgets the histories used longest ago when it is full, and reads them again', () => {
  const stored = { events: [], text: 'stored' };
  const cache = new HistoryCache(10, () => stored);
  const [first, second, third] = [instance(1), instance(2), instance(3)];

  cache.put(first, { events: [], text: '12345' });
  cache.put(second, { events: [], text: '12345' });
  cache.put(first, { events: [], text: '123' });
  cache.put(third, { events: [], text: '12345' });

  expect([first, second, third].map((each) => cache.get(each).text)).toEqual(['123', 'stored', '12345']);
});

test('a history larger than the cache is kept while its instance is the last one used', () => {
  const cache = new HistoryCache(3, () => ({ events: [], text: 'stored' }));
  const [large, small] = [instance(1), instance(2)];

  cache.put(large, { events: [], text: '12345' });
  const before = cache.get(large).text;
  cache.put(small, { events: [], text: '1' });

  expect([before, cache.get(large).text, cache.get(small).text]).toEqual(['12345', 'stored', '1']);
});
