import { randomUUID } from 'node:crypto';

/** An id for an instance that was given none, or for an execution. */
export function newId(): string {
  return randomUUID().replaceAll('-', '');
}

/** Instance id of a sub-orchestration that was given none. */
export function childInstanceId(executionId: string, taskId: number): string {
  return `${executionId}:${taskId}`;
}

/** Ids travel in paths as they are, so what would end a path segment is refused; those of entities start with `@`. */
export function isValidInstanceId(instanceId: string): boolean {
  return instanceId.length > 0 && instanceId.length <= 100 && !instanceId.startsWith('@') && !/[/\\?#\p{Cc}]/u.test(instanceId);
}
