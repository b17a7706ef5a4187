import type { Clause, Node, Target } from './ast.ts';
import type { Compile, Evaluate, Locals } from './code.ts';
import { toMapping, toSet } from './collections.ts';
import { itemsOf } from './iteration.ts';
import type { Runtime } from './runtime.ts';
import { isTruthy, type Value } from './values.ts';

type Comprehension = Extract<Node, { readonly type: 'comprehension' }>;
type Bind = (value: Value, runtime: Runtime) => void;

interface Loop {
  readonly source: Evaluate;
  readonly bind: Bind;
  readonly conditions: readonly Evaluate[];
}

/** `[item for target in source if condition …]`, and the same for sets and dicts. */
export function compileComprehension(node: Comprehension, outer: Locals, compile: Compile): Evaluate {
  const locals = new Map(outer);
  const loops = node.clauses.map((clause) => compileClause(clause, locals, compile));
  const item = compile(node.item, locals);
  const { offset } = node;

  if (node.result === 'dict') {
    const value = node.value === undefined ? item : compile(node.value, locals);
    return (runtime) => {
      const entries: [Value, Value][] = [];
      walk(loops, 0, runtime, () => entries.push([item(runtime), value(runtime)]));
      runtime.offset = offset;
      return toMapping(entries, runtime);
    };
  }
  const finish = node.result === 'set' ? toSet : keepList;
  return (runtime) => {
    const items: Value[] = [];
    walk(loops, 0, runtime, () => items.push(item(runtime)));
    runtime.offset = offset;
    runtime.spendItems(items.length);
    return finish(items, runtime);
  };
}

function keepList(items: readonly Value[]): Value {
  return items;
}

/** The first source is read before its targets exist, the later ones see the targets to their left. */
function compileClause({ target, source, conditions }: Clause, locals: Map<string, number>, compile: Compile): Loop {
  const evaluateSource = compile(source, new Map(locals));
  const bind = compileTarget(target, locals);
  const visible = new Map(locals);
  return { source: evaluateSource, bind, conditions: conditions.map((condition) => compile(condition, visible)) };
}

function compileTarget(target: Target, locals: Map<string, number>): Bind {
  if ('name' in target) {
    const slot = slotFor(target.name, locals);
    return (value, runtime) => {
      runtime.locals[slot] = value;
    };
  }
  const parts = target.targets.map((part) => compileTarget(part, locals));
  return (value, runtime) => {
    const items = itemsOf(value, runtime);
    if (items.length !== parts.length) {
      throw runtime.error('value_error', `Expected ${parts.length} values to unpack, found ${items.length}.`);
    }
    for (const [index, bind] of parts.entries()) bind(items[index] ?? null, runtime);
  };
}

/** A variable of the same name further out gets a slot of its own, so that the inner one does not disturb it. */
function slotFor(name: string, locals: Map<string, number>): number {
  const slot = Math.max(-1, ...locals.values()) + 1;
  locals.set(name, slot);
  return slot;
}

function walk(loops: readonly Loop[], depth: number, runtime: Runtime, visit: () => void): void {
  const loop = loops[depth];
  if (loop === undefined) {
    visit();
    return;
  }
  for (const item of itemsOf(loop.source(runtime), runtime)) {
    runtime.spend(1);
    loop.bind(item, runtime);
    if (loop.conditions.every((condition) => isTruthy(condition(runtime)))) walk(loops, depth + 1, runtime, visit);
  }
}
