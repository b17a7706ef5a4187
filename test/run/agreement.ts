import fc from 'fast-check';
import { expect } from 'vitest';
import type { JsonValue } from '../../src/json.ts';
import type { NodeRecord, RunRecord } from '../../src/ports/run-store.ts';
import { wakeEvent } from '../../src/run/wake-event.ts';
import { ENGINES, EngineWorld, fragileEngine, RUN_ID } from './engine-world.ts';
import { expectedRecords } from './expected-records.ts';
import { CHILD, type GeneratedPlan, generatePlan, scripted } from './generated-plans.ts';
import type { Behaviour } from './plans.ts';

/** More than any generated plan needs: a run that takes more never ends. */
const MAX_MOVES = 2_000;

interface Ended {
  readonly status: RunRecord['status'];
  readonly error: RunRecord['error'];
  readonly output: JsonValue;
  /** Unix milliseconds. */
  readonly at: number;
  readonly records: ReadonlyMap<string, Omit<NodeRecord, 'startedAt' | 'finishedAt'>>;
  /** Every attempt that was made, in order. */
  readonly calls: readonly string[];
}

/** Runs generated plans on both engines, and sees that each comes to an end, and to the same one. */
export async function agreeOnGeneratedPlans(count: number, seed: number, tell: (done: number) => void = () => {}): Promise<void> {
  let done = 0;
  const property = fc.asyncProperty(fc.gen(), async (g) => {
    const generated = generatePlan(g);
    const [durable, local] = await Promise.all(Object.values(ENGINES).map((open) => play(generated, open)));
    if (durable === undefined || local === undefined) throw new Error('There are two engines.');

    expect({ ...durable, records: [], calls: [] }).toEqual({ ...local, records: [], calls: [] });
    const shared = [...durable.records.keys()].filter((path) => local.records.has(path));
    for (const path of shared) expect(durable.records.get(path)).toEqual(local.records.get(path));
    if (!generated.hasFailures) expect([...durable.records.keys()]).toEqual([...local.records.keys()]);
    for (const { calls } of [durable, local]) expect(calls).toEqual([...new Set(calls)]);
    if (!generated.hasFailures && !generated.hasTimeouts) {
      const recorded = [...local.records].map(([path, { attempt, status }]) => [path, { attempt, status }] as const);
      expect(new Map(recorded)).toEqual(expectedRecords(generated.plan.nodes, getsEvent));
    }
    tell(++done);
  });
  await fc.assert(property, { numRuns: count, seed, endOnFailure: true });
}

/** Runs generated plans on the durable engine while every fifth task breaks down: each still comes to the end it is to come to. */
export async function surviveBreakdowns(count: number, seed: number): Promise<void> {
  const moments = { 0: 'before', 1: 'after' } as const;
  const property = fc.asyncProperty(fc.gen(), fc.nat(4), async (g, shift) => {
    const generated = generatePlan(g);
    fc.pre(!generated.hasFailures && !generated.hasTimeouts);

    const ended = await play(
      generated,
      fragileEngine((task) => ((task + shift) % 5 === 0 ? moments[task % 2 === 0 ? 0 : 1] : undefined)),
    );

    const recorded = [...ended.records].map(([path, { attempt, status }]) => [path, { attempt, status }] as const);
    expect(ended.status).toBe('completed');
    expect(new Map(recorded)).toEqual(expectedRecords(generated.plan.nodes, getsEvent));
  });
  await fc.assert(property, { numRuns: count, seed, endOnFailure: true });
}

async function play({ plan, input }: GeneratedPlan, open: (typeof ENGINES)[string]): Promise<Ended> {
  const calls: string[] = [];
  const noted: Behaviour = (value, context, spec) => {
    calls.push(`${context.runId} ${context.node} ${context.attempt}`);
    return scripted(value, context, spec);
  };
  const world = new EngineWorld(await open(new Proxy({}, { get: () => noted })));
  try {
    world.engine.pipelines.set('other', { name: 'other', file: 'other.yaml', plan: CHILD, planHash: 'hash-other' });
    await world.start(plan, input);
    for (let moves = 0; (await world.run()).finishedAt === undefined; moves++) {
      if (moves === MAX_MOVES) throw new Error('The run does not come to an end.');
      if (await decideOne(world)) continue;
      const isMoved = world.engine.moveTo(Number.MAX_SAFE_INTEGER);
      await world.engine.quiet();
      if (!isMoved) throw new Error('The run has not ended, and waits for nothing.');
    }
    const { status, error, finishedAt = '' } = await world.run();
    const records = (await world.records()).map(({ startedAt: _, finishedAt: __, ...record }) => [record.node, record] as const);
    return { status, error, output: await world.output(), at: Date.parse(finishedAt), records: new Map(records), calls };
  } finally {
    await world.engine.close();
  }
}

function getsEvent(path: string): boolean {
  return path.length % 3 !== 0;
}

/** Gives an open wait its event, if it is to get one. */
async function decideOne({ engine }: EngineWorld): Promise<boolean> {
  const open = (await engine.waits.list(RUN_ID)).filter(({ status, node }) => status === 'open' && getsEvent(node));
  const [wait] = open.sort((a, b) => (a.node < b.node ? -1 : 1));
  if (wait === undefined) return false;
  const { node } = wait;
  const decidedAt = new Date(engine.time.now()).toISOString();
  await engine.waits.decide(RUN_ID, node, {
    status: 'decided',
    decidedAt,
    payload: { value: { event: node } },
    payloadHash: node,
  });
  await engine.orchestrations.wake(RUN_ID, wakeEvent(node));
  await engine.quiet();
  return true;
}
