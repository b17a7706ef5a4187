import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Stack } from './stack.ts';

const POLL_MS = 50;
const SECOND_MS = 1_000;

let stack: Stack;

beforeAll(async () => {
  // Whoever kills servers gets complaints.
  stack = await Stack.start({ PIPELINES_DIRECTORY: 'test/e2e/timers' }, 'ignore');
});

afterAll(() => stack?.stop());

const Run = z.object({
  eventKey: z.string(),
  status: z.string(),
  input: z.object({ value: z.object({ at: z.string(), before: z.string().nullable() }) }),
  output: z.object({ value: z.object({ label: z.string() }) }).optional(),
});

type Run = z.infer<typeof Run>;

/** The runs of a trigger, by their scheduled times. */
async function runsOf(trigger: string): Promise<readonly Run[]> {
  const query = {
    query: "SELECT * FROM c WHERE c.type = 'run' AND c.trigger = @trigger",
    parameters: [{ name: '@trigger', value: trigger }],
  };
  const { resources } = await stack.runs.items.query(query).fetchAll();
  return z
    .array(Run)
    .parse(resources)
    .sort((a, b) => (a.input.value.at < b.input.value.at ? -1 : 1));
}

/** The first runs, once so many are there and completed. */
async function untilCompleted(trigger: string, count: number): Promise<readonly Run[]> {
  for (;;) {
    const runs = (await runsOf(trigger)).slice(0, count);
    if (runs.length === count && runs.every(({ status }) => status === 'completed')) return runs;
    await delay(POLL_MS);
  }
}

/** Kills the host, which starts again, until it has been away over two of the timer's seconds. */
async function killHostOverDueTimes(): Promise<void> {
  let killed: number | undefined;
  for (const until = Date.now() + 2 * SECOND_MS; Date.now() < until; ) {
    const { host } = await stack.status();
    if (host.ready && host.pid !== killed) {
      process.kill(host.pid, 'SIGKILL');
      killed = host.pid;
    }
    await delay(POLL_MS);
  }
}

function post(path: string, key: string): Promise<Response> {
  return fetch(`${stack.ready.http}/api/${path}`, { method: 'POST', headers: { 'idempotency-key': key } });
}

describe('a timer on the whole stack', () => {
  it('gives each occurrence one run, though its host is away over some of them', async () => {
    const before = await untilCompleted('every-second', 2);

    await killHostOverDueTimes();
    const runs = await untilCompleted('every-second', before.length + 5);

    const times = runs.map(({ input }) => Date.parse(input.value.at));
    const [first = 0] = times;
    expect(times).toEqual(times.map((_, index) => first + index * SECOND_MS));
    expect(runs.map(({ eventKey }) => eventKey)).toEqual(runs.map(({ input }) => `every-second/${input.value.at}`));
    expect(runs.map(({ input }) => input.value.before)).toEqual([null, ...runs.slice(0, -1).map(({ input }) => input.value.at)]);
    expect(runs.map(({ output }) => output?.value.label)).toEqual(runs.map(({ input }) => input.value.at));
  });

  it('is run by hand, and tells how it does', async () => {
    const answers = [await post('triggers/yearly/runs', 'now'), await post('triggers/yearly/runs', 'now')];
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    const [run] = await untilCompleted('yearly', 1);

    const listed = await fetch(`${stack.ready.http}/api/triggers`);

    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(bodies).toMatchObject([{ duplicate: false }, { duplicate: true }]);
    expect(run?.eventKey).toBe('run-now/now');
    expect(await listed.json()).toMatchObject({
      triggers: [
        { name: 'every-second', type: 'timer', timer: { isSilent: false, timeZone: 'Europe/Berlin' } },
        {
          name: 'yearly',
          timer: { isSilent: false, lastOccurrence: null, nextOccurrence: expect.stringContaining('-02-29T12:00:00.000Z') },
        },
      ],
    });
  });
});
