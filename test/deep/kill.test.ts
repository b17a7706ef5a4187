import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { order } from '../e2e/orders.ts';
import { RunEvents } from '../e2e/run-events.ts';
import { sendFirmly } from '../e2e/send-firmly.ts';
import { type EffectLine, Stack } from '../e2e/stack.ts';

const LONGEST_PAUSE_MS = 400;

let stack: Stack;
let events: RunEvents;

beforeEach(async () => {
  // Whoever kills servers gets complaints.
  stack = await Stack.start({}, 'ignore');
  events = new RunEvents(stack);
});

afterEach(async () => {
  await events.close();
  await stack.stop();
});

/** Lets orders flow and kills a process at random moments while they do. Tells when the kills were. */
async function runUnderKills(victim: 'stores' | 'host', kills: number, keys: readonly string[]): Promise<number[]> {
  const killedAt: number[] = [];
  const size = Math.ceil(keys.length / kills);
  for (let kill = 0; kill < kills; kill += 1) {
    const share = keys.slice(kill * size, (kill + 1) * size);
    const sending = sendFirmly(
      stack.ready.serviceBus,
      share.map((key) => order(key)),
    );
    // The moment is what is random here; nothing is waited for.
    await delay(Math.random() * LONGEST_PAUSE_MS);
    const killed = await stack.kill(victim);
    killedAt.push(Date.now());
    await sending;
    await stack.untilBack(victim, killed);
  }
  return killedAt;
}

/** For each order, each effect the outside world should have seen, with the lines it did see. */
function linesByEffect(lines: readonly EffectLine[], keys: readonly string[]): Map<string, EffectLine[]> {
  const expected = keys.flatMap((key) =>
    ['reserve', 'charge', 'ship'].map((effect): [string, EffectLine[]] => [`${effect} ${key}`, []]),
  );
  const byEffect = new Map(expected);
  for (const line of lines) byEffect.get(`${line.effect} ${line.orderId}`)?.push(line);
  return byEffect;
}

async function judge(keys: readonly string[], killedAt: readonly number[], victim: string): Promise<void> {
  const { resources: runs } = await stack.runs.items
    .query<{ eventKey: string; status: string }>("SELECT c.eventKey, c.status FROM c WHERE c.type = 'run'")
    .fetchAll();
  const slips: string[] = [];
  for await (const blob of stack.blobs.getContainerClient('artifacts').listBlobsFlat()) slips.push(blob.name);
  const effects = linesByEffect(await stack.effects(), keys);
  const repeated = [...effects.values()].filter((lines) => lines.length > 1);
  console.log(`${killedAt.length} kills of the ${victim}: ${keys.length} orders, ${repeated.length} outside effects repeated`);

  expect(runs.map(({ eventKey }) => eventKey).sort()).toEqual([...keys].sort());
  expect(runs.filter(({ status }) => status !== 'completed')).toEqual([]);
  expect(new Set(slips).size).toBe(keys.length);
  expect(keys.filter((key) => events.of(key).length !== 1)).toEqual([]);
  expect([...effects].filter(([, lines]) => lines.length === 0)).toEqual([]);
  for (const lines of repeated) {
    const times = lines.map(({ at }) => Date.parse(at)).sort((a, b) => a - b);
    const [first = 0] = times;
    const last = times.at(-1) ?? 0;
    expect(new Set(lines.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
    expect(killedAt.some((kill) => first <= kill && kill <= last)).toBe(true);
  }
}

describe('killing processes while 500 orders run', () => {
  it('leaves every run finished and every own effect single when the host dies 20 times', async () => {
    const keys = Array.from({ length: 500 }, (_, index) => `K-${index}`);

    const killedAt = await runUnderKills('host', 20, keys);
    await events.untilAll(keys);

    await judge(keys, killedAt, 'host');
  });

  it('leaves every run finished and every own effect single when the stores die 5 times', async () => {
    const keys = Array.from({ length: 500 }, (_, index) => `S-${index}`);

    const killedAt = await runUnderKills('stores', 5, keys);
    await events.untilAll(keys);

    await judge(keys, killedAt, 'stores');
  });
});
