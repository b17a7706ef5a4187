/**
 * The action that an orchestrator's raw result holds more than once, if any. The SDK sends an action once for its task; it does so
 * again when a task that is already scheduled is put into another `Task.any` or `Task.all`, and then counts ids wrongly.
 */
export function findReusedAction(rawResult: unknown): object | undefined {
  return firstSeenAgain(fieldOf(rawResult, 'actions'), new Set());
}

/** Tells the author of the orchestrator what to do about it. */
export function describeReuse(action: object): string {
  const name = fieldOf(action, 'functionName') ?? fieldOf(action, 'externalEventName');
  const task = typeof name === 'string' ? `the task of '${name}'` : 'a task';
  return (
    `it put ${task}, which was already scheduled, into another Task.any or Task.all; that would schedule it again. ` +
    'Combine each task once and yield it alone afterwards, or take results as they come from sub-orchestrations.'
  );
}

function firstSeenAgain(actions: unknown, seen: Set<object>): object | undefined {
  const list: readonly unknown[] = Array.isArray(actions) ? actions : [];
  for (const action of list) {
    const inner = Array.isArray(action) ? action : fieldOf(action, 'compoundActions');
    if (inner === undefined && typeof action === 'object' && action !== null) {
      if (seen.has(action)) return action;
      seen.add(action);
    }
    const again = firstSeenAgain(inner, seen);
    if (again !== undefined) return again;
  }
  return undefined;
}

function fieldOf(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
}
