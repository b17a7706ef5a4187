import { badRequest } from './errors.ts';
import { isJsonObject, type JsonObject, type JsonValue, ownProperty, setOwnProperty } from './json.ts';

type PatchOperation =
  | { op: 'add' | 'set' | 'replace'; path: string[]; value: JsonValue }
  | { op: 'remove'; path: string[] }
  | { op: 'incr'; path: string[]; value: number }
  | { op: 'move'; path: string[]; from: string[] };

export interface Patch {
  operations: PatchOperation[];
  /** A filter, `FROM c WHERE …`; the patch is refused unless the item passes it. */
  condition: string | undefined;
}

const MAXIMUM_OPERATIONS = 10;
const SYSTEM_PROPERTIES = new Set(['id', '_rid', '_self', '_etag', '_attachments', '_ts']);

/**
 * Reads the body of a patch: the operations alone, or `{ operations, condition }`.
 *
 * @throws CosmosError (400)
 */
export function parsePatch(body: JsonValue | undefined, partitionKeyPath: readonly string[]): Patch {
  const operations = Array.isArray(body) ? body : isJsonObject(body) ? body['operations'] : undefined;
  const condition = isJsonObject(body) ? body['condition'] : undefined;
  if (!Array.isArray(operations) || operations.length === 0) throw badRequest('A patch needs a list of operations.');
  if (operations.length > MAXIMUM_OPERATIONS) throw badRequest(`A patch has at most ${MAXIMUM_OPERATIONS} operations.`);
  if (condition !== undefined && typeof condition !== 'string') throw badRequest('The condition of a patch must be a string.');
  return {
    operations: operations.map((operation, index) => parseOperation(operation, index, partitionKeyPath)),
    condition,
  };
}

function parseOperation(operation: JsonValue, index: number, partitionKeyPath: readonly string[]): PatchOperation {
  const fail = (problem: string) => badRequest(`Patch operation ${index + 1}: ${problem}`);
  if (!isJsonObject(operation)) throw fail('it must be an object.');
  const { op, value } = operation;
  const path = parsePointer(operation['path'], fail);
  assertPatchable(path, partitionKeyPath, fail);
  switch (op) {
    case 'add':
    case 'set':
    case 'replace':
      if (value === undefined) throw fail(`'${op}' needs a value.`);
      return { op, path, value };
    case 'remove':
      return { op, path };
    case 'incr':
    case 'increment':
      if (typeof value !== 'number') throw fail("'incr' needs a number as its value.");
      return { op: 'incr', path, value };
    case 'move': {
      const from = parsePointer(operation['from'], fail);
      assertPatchable(from, partitionKeyPath, fail);
      return { op, path, from };
    }
    default:
      throw fail(`'${String(op)}' is not an operation: use add, set, replace, remove, incr or move.`);
  }
}

function parsePointer(path: JsonValue | undefined, fail: (problem: string) => Error): string[] {
  if (typeof path !== 'string' || !path.startsWith('/') || path === '/') throw fail("a path must look like '/property'.");
  return path
    .slice(1)
    .split('/')
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function assertPatchable(path: readonly string[], partitionKeyPath: readonly string[], fail: (problem: string) => Error): void {
  if (path.length === 1 && SYSTEM_PROPERTIES.has(path[0] ?? '')) throw fail(`'/${path[0]}' cannot be patched.`);
  const touchesKey = path.length <= partitionKeyPath.length && path.every((name, index) => name === partitionKeyPath[index]);
  if (touchesKey) throw fail('the partition key cannot be patched.');
}

/**
 * Applies the operations one after the other to the document itself.
 *
 * @throws CosmosError (400) when a target does not fit; the document is then half changed and must be thrown away
 */
export function applyPatch(document: JsonObject, operations: readonly PatchOperation[]): void {
  for (const [index, operation] of operations.entries()) {
    const problem = applyOperation(document, operation);
    if (problem !== undefined)
      throw badRequest(`Patch operation ${index + 1} ('${operation.op}' of '/${operation.path.join('/')}'): ${problem}`);
  }
}

type Problem = string | undefined;

function applyOperation(document: JsonObject, operation: PatchOperation): Problem {
  if (operation.op === 'move') return move(document, operation.from, operation.path);
  const target = targetOf(document, operation.path);
  if (target === undefined) return 'the parent of the path does not exist, or is no object and no array.';
  switch (operation.op) {
    case 'add':
      return target.add(operation.value);
    case 'set':
      return target.set(operation.value);
    case 'replace':
      return target.get() === undefined ? MISSING : target.set(operation.value);
    case 'remove':
      return target.get() === undefined ? MISSING : target.remove();
    case 'incr': {
      const current = target.get() ?? 0;
      return typeof current === 'number' ? target.set(current + operation.value) : 'the value there is not a number.';
    }
  }
}

function move(document: JsonObject, from: readonly string[], path: readonly string[]): Problem {
  if (path.length > from.length && from.every((name, index) => name === path[index]))
    return 'a value cannot be moved into itself.';
  const source = targetOf(document, from);
  const value = source?.get();
  if (source === undefined || value === undefined) return `the value at '/${from.join('/')}' does not exist.`;
  source.remove();
  const target = targetOf(document, path);
  return target === undefined ? 'the parent of the path does not exist, or is no object and no array.' : target.add(value);
}

const MISSING = 'the value there does not exist.';

/** A place in the document: a property of an object, or an index of an array. */
interface Target {
  get(): JsonValue | undefined;
  /** Inserts into an array; creates or replaces in an object. */
  add(value: JsonValue): Problem;
  /** Replaces in an array; creates or replaces in an object. */
  set(value: JsonValue): Problem;
  remove(): Problem;
}

function targetOf(document: JsonObject, path: readonly string[]): Target | undefined {
  let parent: JsonValue | undefined = document;
  for (const name of path.slice(0, -1)) {
    if (isJsonObject(parent)) parent = ownProperty(parent, name);
    else if (Array.isArray(parent)) parent = parent[arrayIndex(name) ?? -1];
    else return undefined;
  }
  const name = path.at(-1) ?? '';
  if (isJsonObject(parent)) return propertyTarget(parent, name);
  return Array.isArray(parent) ? elementTarget(parent, name) : undefined;
}

function propertyTarget(parent: JsonObject, name: string): Target {
  const set = (value: JsonValue): Problem => {
    setOwnProperty(parent, name, value);
    return undefined;
  };
  const remove = (): Problem => {
    delete parent[name];
    return undefined;
  };
  return { get: () => ownProperty(parent, name), add: set, set, remove };
}

function elementTarget(parent: JsonValue[], name: string): Target {
  const index = name === '-' ? parent.length : arrayIndex(name);
  const outside = `'${name}' is not an index of the array, which has ${parent.length} elements.`;
  const put = (value: JsonValue, replaced: number): Problem => {
    if (index === undefined || index > parent.length) return outside;
    parent.splice(index, replaced, value);
    return undefined;
  };
  const remove = (): Problem => {
    if (index !== undefined) parent.splice(index, 1);
    return undefined;
  };
  return { get: () => parent[index ?? -1], add: (value) => put(value, 0), set: (value) => put(value, 1), remove };
}

function arrayIndex(name: string): number | undefined {
  return /^(0|[1-9]\d*)$/.test(name) ? Number(name) : undefined;
}
