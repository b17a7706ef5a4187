import { describe, expect, it } from 'vitest';
import { MemoryEntityStore } from '../../src/adapters/mock/memory-entity-store.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/json.ts';
import { PermanentError } from '../../src/nodes/errors.ts';
import { defineHandler, HandlerRegistry, type TransitionHandler } from '../../src/nodes/handlers.ts';
import type { NodeContext } from '../../src/nodes/node-kind.ts';
import { transitionNode } from '../../src/nodes/transition-node.ts';
import type { PlanStateMachine } from '../../src/pipeline/plan.ts';
import type { EntityStore } from '../../src/ports/entity-store.ts';
import { DependencyUnavailableError } from '../../src/ports/errors.ts';
import { runNode } from './run-node.ts';

const orders: PlanStateMachine = {
  initial: 'NEW',
  transitions: {
    NEW: [{ to: 'PAID' }, { to: 'CANCELLED', guard: "who == 'ada' and reason != None" }],
    PAID: [{ to: 'SHIPPED' }],
  },
  onTransition: [],
};

interface Setting {
  readonly entities?: EntityStore;
  readonly handlers?: Readonly<Record<string, TransitionHandler>>;
  readonly names?: JsonObject;
  readonly input?: JsonValue;
  readonly context?: Partial<NodeContext>;
}

function transition(spec: JsonObject, setting: Setting = {}): Promise<JsonValue> {
  const { entities = new MemoryEntityStore(), handlers = {}, names = {}, input = {}, context = {} } = setting;
  const registry = new HandlerRegistry(Object.entries(handlers).map(([name, run]) => defineHandler(name, run)));
  const machine = { ...orders, onTransition: Object.keys(handlers) };
  return runNode(
    transitionNode,
    { entity: 'order', entity_id: 'o-1', to_state: 'PAID', ...spec },
    { input, names, resources: { stateMachines: { order: machine }, entities, handler: (name) => registry.get(name) }, context },
  );
}

async function stateOf(entities: EntityStore, id = 'o-1'): Promise<JsonValue | undefined> {
  return (await entities.read('order', id))?.value['state'];
}

describe('a transition', () => {
  it('moves an entity nobody has moved before from the initial state', async () => {
    const entities = new MemoryEntityStore();

    const result = await transition({}, { entities });

    expect(result).toEqual({ entity_type: 'order', entity_id: 'o-1', from_state: 'NEW', to_state: 'PAID' });
    expect(await stateOf(entities)).toBe('PAID');
  });

  it('goes on from where an earlier run left the entity', async () => {
    const entities = new MemoryEntityStore();
    await transition({}, { entities, context: { idempotencyKey: 'run-1.pay' } });

    const result = await transition({ to_state: 'SHIPPED' }, { entities, context: { idempotencyKey: 'run-2.ship' } });

    expect(result).toMatchObject({ from_state: 'PAID', to_state: 'SHIPPED' });
  });

  it('is refused if the machine does not allow it, and changes nothing', async () => {
    const entities = new MemoryEntityStore();
    await transition({}, { entities, context: { idempotencyKey: 'run-1.pay' } });

    const result = transition({ to_state: 'NEW' }, { entities, context: { idempotencyKey: 'run-2.back' } });

    await expect(result).rejects.toMatchObject({ code: 'transition_not_allowed', retryable: false });
    await expect(result).rejects.toThrow("Cannot transition order 'o-1' from 'PAID' to 'NEW'. Allowed from 'PAID': SHIPPED.");
    expect(await stateOf(entities)).toBe('PAID');
  });

  it.each([
    [{ payload: { who: 'ada' }, reason: 'changed her mind' }, 'CANCELLED'],
    [{ payload: { who: 'bob' }, reason: 'changed his mind' }, 'refused'],
    [{ payload: { who: 'ada' } }, 'refused'],
  ])('with %j passes its guard or not: %s', async (spec: JsonObject, expected) => {
    const result = await transition({ to_state: 'CANCELLED', ...spec }).then(
      (moved) => (isJsonObject(moved) ? moved['to_state'] : moved),
      (error: unknown) => (error instanceof PermanentError && error.code === 'transition_guarded' ? 'refused' : error),
    );

    expect(result).toBe(expected);
  });

  it('takes the id from the node’s input if the pipeline names none', async () => {
    const entities = new MemoryEntityStore();

    await runNode(
      transitionNode,
      { entity: 'order', to_state: 'PAID' },
      { input: { entity_id: 7 }, resources: { stateMachines: { order: orders }, entities } },
    );

    expect(await stateOf(entities, '7')).toBe('PAID');
  });

  it.each([null, '', true, { a: 1 }])('of an entity whose id is %j is refused', async (id) => {
    const result = transition({ entity_id: '$input.id' }, { names: { $input: { id } } });

    await expect(result).rejects.toMatchObject({ code: 'entity_id_invalid' });
  });

  it('of something without a state machine is refused, with what was probably meant', async () => {
    const result = transition({ entity: 'ordr' });

    await expect(result).rejects.toMatchObject({ code: 'entity_unknown' });
    await expect(result).rejects.toThrow("Did you mean 'order'?");
  });
});

describe('what a transition is told', () => {
  async function told(spec: JsonObject, names: JsonObject = {}) {
    const calls: unknown[] = [];
    await transition(spec, {
      names,
      handlers: { record: (seen, { runId, pipeline, node }) => calls.push({ seen, runId, pipeline, node }) },
    });
    return calls;
  }

  it('is what its handlers see', async () => {
    const spec = { payload: { who: '$input.id', lit: 3 }, reason: 'because' };

    const calls = await told(spec, { $input: { id: 'ada' } });

    const seen = {
      entityType: 'order',
      entityId: 'o-1',
      fromState: 'NEW',
      toState: 'PAID',
      reason: 'because',
      payload: { who: 'ada', lit: 3 },
    };
    expect(calls).toEqual([{ seen, runId: 'run-1', pipeline: 't', node: 'n' }]);
  });

  it.each([
    ['v1.2 shipped', 'v1.2 shipped'],
    ['v1.2', 'v1.2'],
    ['order.paid', 'order.paid'],
    ['check', 'check'],
    ['check.verdict', 'fine'],
    ['check.nothing', null],
    ["'check.verdict'", 'check.verdict'],
    ['{{check.verdict}} {{n}}', 'fine 7'],
    ['$input.id', 'ada'],
    ['$input.nothing', null],
  ])('by the reason %j is %j', async (reason, expected) => {
    const calls = await told({ reason }, { check: { verdict: 'fine' }, n: 7, $input: { id: 'ada' } });

    expect(calls).toMatchObject([{ seen: { reason: expected } }]);
  });
});

describe('an attempt that is repeated', () => {
  it('moves the entity once', async () => {
    const entities = new MemoryEntityStore();
    const first = await transition({}, { entities });

    const second = await transition({}, { entities });

    expect(second).toEqual(first);
    expect((await entities.read('order', 'o-1'))?.value['transitions']).toHaveLength(1);
  });

  it('gives its result even if others have moved the entity on', async () => {
    const entities = new MemoryEntityStore();
    const first = await transition({}, { entities });
    await transition({ to_state: 'SHIPPED' }, { entities, context: { idempotencyKey: 'run-2.ship' } });

    const repeated = await transition({}, { entities });

    expect(repeated).toEqual(first);
    expect(await stateOf(entities)).toBe('SHIPPED');
  });

  it('moves the entity once even at the same time', async () => {
    const entities = new MemoryEntityStore();

    const results = await Promise.all(Array.from({ length: 5 }, () => transition({}, { entities })));

    expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1);
    expect((await entities.read('order', 'o-1'))?.value['transitions']).toHaveLength(1);
  });

  it('runs the handlers again that a crash kept from finishing, under the same key', async () => {
    const entities = new MemoryEntityStore();
    const pending = { key: 'run-1/n', from: 'NEW', to: 'PAID', at: '2026-01-01T00:00:00.000Z', done: false };
    await entities.write('order', 'o-1', { state: 'PAID', transitions: [pending] }, null);
    const keys: string[] = [];

    const result = await transition({}, { entities, handlers: { tell: (_, { idempotencyKey }) => keys.push(idempotencyKey) } });

    expect(result).toMatchObject({ from_state: 'NEW', to_state: 'PAID' });
    expect(keys).toEqual(['run-1/n']);
  });

  it('does not run handlers that have finished', async () => {
    const entities = new MemoryEntityStore();
    let calls = 0;
    const handlers = { count: () => (calls += 1) };
    await transition({}, { entities, handlers });

    await transition({}, { entities, handlers });

    expect(calls).toBe(1);
  });
});

describe('a handler that fails', () => {
  const failing: TransitionHandler = () => {
    throw new RangeError('no stock');
  };

  it('takes the transition back and fails the node', async () => {
    const entities = new MemoryEntityStore();

    const result = transition({}, { entities, handlers: { failing } });

    await expect(result).rejects.toThrow(new RangeError('no stock'));
    expect(await stateOf(entities)).toBe('NEW');
  });

  it('keeps the later ones from running', async () => {
    let isCalled = false;
    const later = () => {
      isCalled = true;
    };

    await transition({}, { handlers: { failing, later } }).catch(() => undefined);

    expect(isCalled).toBe(false);
  });

  it('leaves the way open for another attempt', async () => {
    const entities = new MemoryEntityStore();
    await transition({}, { entities, handlers: { failing } }).catch(() => undefined);

    const result = await transition({}, { entities, handlers: { fine: () => null } });

    expect(result).toMatchObject({ from_state: 'NEW', to_state: 'PAID' });
  });

  it('is tried again if the store stays away when it is to be taken back', async () => {
    const store = new MemoryEntityStore();
    let isAway = false;
    const entities: EntityStore = {
      read: async (type, id) => {
        if (isAway) throw new DependencyUnavailableError('The store is away.');
        return store.read(type, id);
      },
      write: (type, id, value, expected) => store.write(type, id, value, expected),
    };
    const handlers = {
      failing: () => {
        isAway = true;
        throw new RangeError('no stock');
      },
    };

    const result = transition({}, { entities, handlers });

    await expect(result).rejects.toThrow(DependencyUnavailableError);
  });

  it('does not undo what others have done since', async () => {
    const entities = new MemoryEntityStore();
    const lines: string[] = [];
    const overtaken: TransitionHandler = async () => {
      const context = { idempotencyKey: 'run-2.ship' };
      await transition({ to_state: 'SHIPPED' }, { entities, context });
      throw new RangeError('too late');
    };

    const result = transition({}, { entities, handlers: { overtaken }, context: { log: (_, message) => lines.push(message) } });

    await expect(result).rejects.toThrow('too late');
    expect(await stateOf(entities)).toBe('SHIPPED');
    expect(lines).toEqual(['a transition whose handler failed stands, because others have come after it']);
  });

  it('is not reached if it is not registered: nothing moves', async () => {
    const entities = new MemoryEntityStore();
    const machine = { ...orders, onTransition: ['gone'] };

    const result = runNode(
      transitionNode,
      { entity: 'order', entity_id: 'o-1', to_state: 'PAID' },
      { resources: { stateMachines: { order: machine }, entities } },
    );

    await expect(result).rejects.toMatchObject({ code: 'handler_unknown' });
    expect(await stateOf(entities)).toBeUndefined();
  });
});

describe('an entity that many move', () => {
  it('takes every step once, whoever is first', async () => {
    const entities = new MemoryEntityStore();

    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, (_, index) => transition({}, { entities, context: { idempotencyKey: `run-${index}.pay` } })),
    );

    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await stateOf(entities)).toBe('PAID');
  });

  it('is left for later if others never let it be written', async () => {
    const entities: EntityStore = { read: async () => null, write: async () => false };

    const result = transition({}, { entities });

    await expect(result).rejects.toMatchObject({ code: 'entity_contended', retryable: true });
  });

  it('remembers the last twenty transitions', async () => {
    const entities = new MemoryEntityStore();
    const machine = { initial: 'A', transitions: { A: [{ to: 'A' }] }, onTransition: [] };
    for (let index = 0; index < 25; index++) {
      await runNode(
        transitionNode,
        { entity: 'order', entity_id: 'o-1', to_state: 'A' },
        { resources: { stateMachines: { order: machine }, entities }, context: { idempotencyKey: `run-${index}.n` } },
      );
    }

    const stored = await entities.read('order', 'o-1');

    const transitions = stored?.value['transitions'];
    const keys = Array.isArray(transitions) ? transitions.map((one: JsonValue) => isJsonObject(one) && one['key']) : [];
    expect([keys.length, keys[0], keys.at(-1)]).toEqual([20, 'run-5.n', 'run-24.n']);
  });
});

describe('what a transition depends on', () => {
  it.each([
    [{ entity_id: 'load.id' }, ['load']],
    [{ reason: '$input.why' }, ['$input']],
    [{ payload: { a: ['fetch.items[0]', { b: 'x.y.z' }] } }, ['fetch', 'x.y']],
    [{ reason: 'v1.2 shipped' }, []],
    [{ reason: "'a.b'" }, []],
    [{ reason: '{{a.b}}' }, []],
    [{ reason: 'because' }, []],
  ])('with %j is read from %j', (spec: JsonObject, expected) => {
    const sites = transitionNode.references?.(spec) ?? [];

    expect(sites.map(({ text }) => text.replace(/^(load|fetch|\$input)\..*$/, '$1'))).toEqual(expected);
  });
});
