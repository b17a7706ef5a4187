import { delegate } from './wrapped-port.ts';

export type PoolStrategy = 'round_robin' | 'failover';

/**
 * Several adapters as one port. `failover` asks them in their order; `round_robin` begins with another one at each call. Where one
 * fails, the next is asked; the last one's error stands.
 */
export function poolOf(members: readonly object[], strategy: PoolStrategy): object {
  let turn = 0;
  return delegate(members, async (_, args, methods) => {
    const start = strategy === 'round_robin' ? turn++ % Math.max(methods.length, 1) : 0;
    const order = [...methods.slice(start), ...methods.slice(0, start)];
    const last = order.pop();
    for (const method of order) {
      try {
        return await method(args);
      } catch {
        // The next one is asked.
      }
    }
    return last?.(args);
  });
}
