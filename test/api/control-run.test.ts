import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlDependencies, cancel, deliverRunEvent, resume, suspend } from '../../src/api/control-run.ts';
import { EngineWorld, inProcessEngine } from '../run/engine-world.ts';
import { node, plan, wait } from '../run/plans.ts';
import { createRequest } from './fixtures.ts';

const HOUR = 3_600_000;
const PARAMS = { id: 'run-1', key: 'go' };

let world: EngineWorld;
let dependencies: ControlDependencies;

beforeEach(async () => {
  world = new EngineWorld(inProcessEngine());
  const { runs, plans, waits, artifacts, orchestrations, time: clock, relay } = world.engine;
  const log = () => {};
  dependencies = { runs, plans, waits, artifacts, orchestrations, relay, clock, log };
  await world.start(plan(wait('gate', 'go', HOUR, { onTimeout: 'x' }), wait('other', 'stay'), node('after', ['gate'])));
});

afterEach(() => world.engine.close());

function event(body: string | Uint8Array = '{"approved":true}', params: Readonly<Record<string, string>> = PARAMS) {
  return deliverRunEvent(createRequest({ params, body }), dependencies);
}

describe('giving an event to a run', () => {
  it('answers 202 and the node, and so again for the same event', async () => {
    const first = await event();
    const second = await event();

    expect([first.status, first.body]).toEqual([202, { node: 'gate', duplicate: false }]);
    expect([second.status, second.body]).toEqual([202, { node: 'gate', duplicate: true }]);
  });

  it('takes an empty body for null', async () => {
    const answer = await event('');

    expect(answer.status).toBe(202);
    expect((await world.engine.waits.read('run-1', 'gate'))?.payload).toEqual({ value: null });
  });

  it('refuses a second decision', async () => {
    await event();

    const answer = await event('{"approved":false}');

    expect(answer).toMatchObject({ status: 409, body: { code: 'wait_decided' } });
  });

  it('refuses an event that comes too late', async () => {
    await world.advance(HOUR);

    const answer = await event();

    expect(answer).toMatchObject({ status: 409, body: { code: 'wait_timed_out' } });
  });

  it('names what the run waits for if it is something else', async () => {
    const answer = await event('1', { ...PARAMS, key: 'what' });

    expect(answer).toMatchObject({ status: 409, body: { code: 'wait_unknown', detail: expect.stringContaining('go, stay') } });
    expect(answer.headers['retry-after']).toBe('1');
  });

  it.each(['{', '{"a":1,"a":2}', '\ufeff'])('refuses the body %j', async (body) => {
    const answer = await event(body);

    expect(answer.status).toBe(400);
    expect((await world.engine.waits.read('run-1', 'gate'))?.status).toBe('open');
  });

  it('knows no run that never was', async () => {
    const answer = await event('1', { id: 'nobody', key: 'go' });

    expect(answer).toMatchObject({ status: 404, body: { code: 'run_not_found' } });
  });
});

describe('cancelling a run', () => {
  it('records the reason, and answers so again', async () => {
    const request = createRequest({ params: PARAMS, body: '{"reason":"Not wanted."}' });

    const answers = [await cancel(request, dependencies), await cancel(request, dependencies)];

    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect(await world.engine.runs.read('run-1')).toMatchObject({
      status: 'cancelled',
      error: { code: 'run_cancelled', message: 'Not wanted.' },
    });
  });

  it('is refused once the run has ended otherwise', async () => {
    await event();
    await event('1', { ...PARAMS, key: 'stay' });
    await world.settled();

    const answer = await cancel(createRequest({ params: PARAMS }), dependencies);

    expect(answer).toMatchObject({ status: 409, body: { code: 'run_ended' } });
  });
});

describe('suspending and resuming a run', () => {
  it('holds back what it would do', async () => {
    const suspended = await suspend(createRequest({ params: PARAMS }), dependencies);
    await event();
    await world.settled();
    const before = await world.engine.runs.readNodes('run-1');
    const resumed = await resume(createRequest({ params: PARAMS }), dependencies);
    await world.settled();

    expect([suspended.status, resumed.status]).toEqual([202, 202]);
    expect(before).toHaveLength(0);
    expect(await world.engine.runs.readNodes('run-1')).toMatchObject([{ node: 'after' }]);
  });

  it('is refused for a run that has ended, and for one that never was', async () => {
    await cancel(createRequest({ params: PARAMS }), dependencies);

    const answers = await Promise.all([
      suspend(createRequest({ params: PARAMS }), dependencies),
      resume(createRequest({ params: { id: 'nobody' } }), dependencies),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([409, 404]);
  });
});
