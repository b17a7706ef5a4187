import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FunctionsHost, startFunctionsHost } from '../../../local/functions-host/host.ts';
import type { LogEntry } from '../../../local/functions-host/logging.ts';
import { fixtureDirectory, ProbeExtension } from './probe.ts';

const logs: LogEntry[] = [];
const probe = new ProbeExtension();
const appDirectory = fixtureDirectory('hooks-app');
let host: FunctionsHost;
let seen: string[];

beforeAll(async () => {
  host = await startFunctionsHost({ appDirectory, port: 0, extensions: [probe], onLog: (entry) => logs.push(entry) });
  seen = createRequire(import.meta.url)(join(appDirectory, 'functions.cjs')).seen;
});

afterAll(() => host.close());

beforeEach(() => {
  seen.length = 0;
});

function work(input: string) {
  return probe.invoke('work', { trigger: { string: input } });
}

describe('invocation hooks', () => {
  it('run around the function and share one hookData', async () => {
    const { returnValue } = await work('plain');

    expect(seen).toEqual(['pre plain', 'handler plain', 'post plain pre']);
    expect(returnValue).toEqual({ string: 'done plain' });
  });

  it('may replace the input', async () => {
    const { returnValue } = await work('replace input');

    expect(seen).toEqual(['pre replace input', 'handler replaced', 'post replaced pre']);
    expect(returnValue).toEqual({ string: 'done replaced' });
  });

  it('may wrap the handler', async () => {
    const { returnValue } = await work('wrap handler');

    expect(returnValue).toEqual({ string: 'wrapped done wrap handler' });
  });

  it('may change the result', async () => {
    const { returnValue } = await work('change result');

    expect(returnValue).toEqual({ string: 'changed' });
  });

  it('may turn a failure into a success', async () => {
    const { returnValue } = await work('swallow error');

    expect(seen).toContain('error handler failed');
    expect(returnValue).toEqual({ string: 'swallowed' });
  });

  it('may turn a success into a failure', async () => {
    const invocation = work('raise error');

    await expect(invocation).rejects.toThrow('raised by post');
  });

  it('leave the error of a function alone if they do nothing about it', async () => {
    const invocation = work('throw');

    await expect(invocation).rejects.toThrow('handler failed');
  });

  it('stop the invocation when one throws before it: neither the function nor later hooks run', async () => {
    const invocation = work('pre throws');

    await expect(invocation).rejects.toThrow('pre failed');
    expect(seen).toEqual(['pre pre throws']);
  });

  it('cannot replace hookData', async () => {
    await work('read-only');

    expect(seen).toContainEqual(expect.stringMatching(/hookData/));
  });
});

describe('a log hook', () => {
  it('rewrites what a function says', async () => {
    await work('talk');

    expect(logs).toContainEqual(
      expect.objectContaining({ category: 'Function.work.User', level: 'warning', message: '[rewritten] hello' }),
    );
  });
});

describe('app hooks', () => {
  it('share their data from start to termination', async () => {
    await host.close();

    expect(seen).toEqual(['appTerminate by start']);
    expect(probe.life.slice(-2)).toEqual(['drain', 'close']);
  });
});
