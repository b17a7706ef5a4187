import { describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/json.ts';
import type { PlanBody, PlanNode } from '../../src/pipeline/plan.ts';
import { InProcessRuns } from './in-process-runs.ts';
import { type Behaviour, node, plan } from './plans.ts';

function body(...nodes: PlanNode[]): PlanBody {
  return { nodes, result: 'last', maxConcurrentNodes: 10 };
}

function composite(spec: JsonObject, bodies: Record<string, PlanBody> = {}, rest: Partial<PlanNode> = {}): PlanNode {
  return node('loop', [], { kind: 'composite', spec, bodies, timeoutMs: 0, ...rest });
}

async function outputOf(loop: PlanNode, input: JsonValue, behaviours: Readonly<Record<string, Behaviour>> = {}) {
  const world = new InProcessRuns(behaviours);
  const run = await world.start({ ...plan(loop), output: { out: 'loop' } }, input);
  const output = await world.output(run);
  return { run, world, out: isJsonObject(output) ? (output['out'] ?? null) : null };
}

const double: Behaviour = (input) => (isJsonObject(input) ? Number(input['item']) * 2 : null);

describe('for-each', () => {
  it('runs its body for each item, and gives the results in the order of the items', async () => {
    const { out } = await outputOf(
      composite({ mode: 'for-each', items: 'xs' }, { body: body(node('body')) }),
      { xs: [1, 2, 3] },
      { body: double },
    );

    const metadata = {
      mode: 'for-each',
      iterations: 3,
      stopped_by: 'exhausted',
      successful: 3,
      failed: 0,
      errors: null,
      duration_ms: 0,
    };
    expect(out).toEqual({ result: [2, 4, 6], metadata });
  });

  it('goes through a list one after the other within a single task', async () => {
    const { world } = await outputOf(
      composite({ mode: 'for-each', items: 'xs' }, { body: body(node('body')) }),
      { xs: [1, 2, 3] },
      { body: double },
    );

    expect((await world.runs.readNodes('run-1')).map(({ node }) => node)).toEqual([
      'loop[0].body',
      'loop[1].body',
      'loop[2].body',
    ]);
  });

  it('runs as many items side by side as its concurrency says, each once', async () => {
    let atWork = 0;
    let most = 0;
    const seen: JsonValue[] = [];
    const work: Behaviour = async (input) => {
      atWork += 1;
      most = Math.max(most, atWork);
      await new Promise((resolve) => setImmediate(resolve));
      atWork -= 1;
      seen.push(isJsonObject(input) ? (input['item'] ?? null) : null);
      return isJsonObject(input) ? Number(input['item']) * 2 : null;
    };
    const xs = Array.from({ length: 25 }, (_, index) => index);

    const { out } = await outputOf(
      composite({ mode: 'for-each', items: 'xs', concurrency: 4 }, { body: body(node('a'), node('b', ['a'])) }),
      { xs },
      { a: work, b: (input) => input },
    );

    expect(most).toBe(4);
    expect([...seen].sort((a, b) => Number(a) - Number(b))).toEqual(xs);
    expect(out).toMatchObject({ metadata: { successful: 25 } });
  });

  it('records what failed and goes on, if told so', async () => {
    const spec = { mode: 'for-each', items: 'xs', error_handling: 'continue' };
    const boom: Behaviour = () => {
      throw new Error('boom');
    };

    const { out } = await outputOf(
      composite(spec, { body: body(node('body', [], { kind: 'work' })) }),
      { xs: [1, 2] },
      { body: boom },
    );

    expect(out).toMatchObject({ result: [null, null], metadata: { failed: 2, successful: 0 } });
  });

  it('survives long lists by continuing as new', async () => {
    const xs = Array.from({ length: 700 }, (_, index) => index);

    const { out } = await outputOf(
      composite({ mode: 'for-each', items: 'xs', concurrency: 5, collect: 'last' }, { body: body(node('body')) }),
      { xs },
      { body: double },
    );

    expect(out).toMatchObject({ result: 1398, metadata: { successful: 700 } });
  });
});

describe('while', () => {
  it('goes on as long as its condition holds, with a state that its turns change', async () => {
    const spec = {
      mode: 'while',
      condition: 'state.i < 3',
      initial_state: { i: 0 },
      state_update: [['i', 'state.i + 1']],
      max_iterations: 7,
    };

    const { out } = await outputOf(composite(spec, { body: body(node('body')) }), {}, { body: () => 'turn' });

    expect(out).toMatchObject({
      result: ['turn', 'turn', 'turn'],
      metadata: { stopped_by: 'condition', final_state: { i: 3, iteration: 3 } },
    });
  });
});

describe('branches', () => {
  it('run the body of the first condition that holds', async () => {
    const spec = { mode: 'switch', branches: [{ condition: "s == 'a'" }, { condition: "s == 'b'" }] };

    const { out } = await outputOf(composite(spec, { '0': body(node('a')), '1': body(node('b')) }), { s: 'b' });

    expect(out).toMatchObject({ result: 'loop[1].b done', metadata: { matched_branch: 1, evaluations: [false, true] } });
  });
});

describe('a wait', () => {
  const wait = node('wait', [], { kind: 'wait', spec: { event_key: 'go:{{x}}', timeout_ms: 30 * 86_400_000 } });

  it('lasts until its event comes, thirty days if need be', async () => {
    const world = new InProcessRuns();
    const before = await world.start(
      { ...plan(wait, node('after', ['wait'])), output: { got: 'wait', after: 'after' } },
      { x: 1 },
    );

    const still = await world.advance(29 * 86_400_000);
    const after = await world.deliver('wait', { approved: true });

    expect([before.status, still.status, after.status]).toEqual(['accepted', 'accepted', 'completed']);
    expect(await world.output(after)).toEqual({ got: { approved: true }, after: 'after done' });
  });

  it('fails in the end if no event comes', async () => {
    const world = new InProcessRuns();
    await world.start(plan(wait), { x: 1 });

    const after = await world.advance(31 * 86_400_000);

    expect(after).toMatchObject({ status: 'failed', error: { code: 'wait_timeout' } });
  });

  it('hands over to the node that takes over, which runs only then', async () => {
    const world = new InProcessRuns();
    const late = node('late', ['wait'], { handlesTimeout: ['wait'] });
    const with_ = { ...wait, onTimeout: 'late' };
    await world.start({ ...plan(with_, late, node('after', ['wait'])), output: { late: 'late', after: 'after' } }, { x: 1 });

    const after = await world.advance(31 * 86_400_000);

    expect(await world.output(after)).toMatchObject({ late: 'late done', after: { _skipped: true } });
  });
});
