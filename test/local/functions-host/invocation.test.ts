import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FunctionsHost, startFunctionsHost } from '../../../local/functions-host/host.ts';
import type { LogEntry } from '../../../local/functions-host/logging.ts';
import type { TypedData } from '../../../local/functions-host/typed-data.ts';
import { fixtureDirectory, ProbeExtension } from './probe.ts';

const logs: LogEntry[] = [];
const probe = new ProbeExtension();
let host: FunctionsHost;

beforeAll(async () => {
  host = await startFunctionsHost({
    appDirectory: fixtureDirectory('probe-app'),
    port: 0,
    extensions: [probe],
    onLog: (entry) => logs.push(entry),
  });
});

afterAll(() => host.close());

function messagesOf(category: string): string[] {
  return logs.filter((entry) => entry.category === category).map(({ message }) => message);
}

describe('trigger data', () => {
  const bytes = Buffer.from([1, 2]);
  const rows: readonly [string, TypedData, unknown][] = [
    ['text', { string: 'text' }, 'text'],
    ['text that is JSON', { string: '{"a":1}' }, { a: 1 }],
    ['numeric text', { string: '5' }, 5],
    ['boolean text', { string: 'true' }, true],
    ['null text', { string: 'null' }, null],
    ['JSON', { json: '[1,"2"]' }, [1, '2']],
    ['bytes', { bytes }, { buffer: '0102' }],
    ['an integer', { int: 7 }, 7],
    ['a fraction', { double: 0.5 }, 0.5],
    ['texts', { collectionString: { string: ['a', '1'] } }, ['a', 1]],
    ['byte strings', { collectionBytes: { bytes: [bytes] } }, [{ buffer: '0102' }]],
    ['fractions', { collectionDouble: { double: [0.5] } }, [0.5]],
    ['integers', { collectionSint64: { sint64: [1, 2] } }, [1, 2]],
    ['nothing', {}, { undefined: true }],
  ];

  it.each(rows)('that is %s reaches the function as the real host delivers it', async (_what, trigger, expected) => {
    const outcome = await probe.invoke('see', { trigger });

    expect(JSON.parse(outcome.returnValue?.json ?? '')).toMatchObject({ input: expected });
  });

  it('comes with metadata, whose keys lose their first capital at every level, and with the trace parent', async () => {
    const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    const outcome = await probe.invoke('see', {
      trigger: { string: '' },
      triggerMetadata: { MessageId: { string: '12345' }, Properties: { json: '{"TenantId":"a","X-Type":"b"}' } },
      traceParent,
    });

    expect(JSON.parse(outcome.returnValue?.json ?? '')).toMatchObject({
      metadata: { messageId: 12345, properties: { tenantId: 'a', 'x-Type': 'b' } },
      trace: traceParent,
    });
  });
});

describe('a returned value', () => {
  const rows: readonly [string, TypedData | undefined][] = [
    ['text', { string: 'plain' }],
    ['number', { int: 3 }],
    ['fraction', { double: 0.5 }],
    ['buffer', { bytes: Buffer.from('ab') }],
    ['nothing', undefined],
    ['object', { json: '{"a":[1]}' }],
    ['array', { json: '[1,"b"]' }],
    ['yes', { json: 'true' }],
  ];

  it.each(rows)('of the kind "%s" comes back in its shape', async (name, expected) => {
    const { returnValue } = await probe.invoke('answer', { trigger: { string: name } });

    expect(returnValue).toEqual(expected);
  });

  it('is joined by the outputs that were set, and only those', async () => {
    const { outputData } = await probe.invoke('outputs', { trigger: { string: '' } });

    expect(outputData).toEqual([{ name: 'first', data: { json: '{"a":1}' } }]);
  });
});

describe('an invocation', () => {
  it('gets the input bindings that an extension serves', async () => {
    const { returnValue } = await probe.invoke('inputs', { trigger: { string: '' } });

    expect(returnValue).toEqual({ string: 'from the extension' });
  });

  it('rejects with the very error that was thrown, logs it without its secrets, and is counted', async () => {
    const before = host.counters();

    const thrown = await probe.invoke('fail', { trigger: { string: '' } }).catch((error: unknown) => error);

    const [logged] = messagesOf('Function.fail');
    expect(thrown).toMatchObject({ message: 'AccountKey=abc123; on purpose', code: 'planned' });
    expect(logged).toMatch(/^Executed 'Functions\.fail' \(Failed, Id=[-0-9a-f]{36}, Duration=\d+ms\)\nError: /);
    expect(logged).not.toContain('abc123');
    expect(host.counters()['invocations']).toBe((before['invocations'] ?? 0) + 1);
    expect(host.counters()['invocationFailures']).toBe((before['invocationFailures'] ?? 0) + 1);
  });

  it('logs by the longest matching category of host.json', async () => {
    await probe.invoke('talkative', { trigger: { string: '' } });
    await probe.invoke('see', { trigger: { string: '' } });

    expect(messagesOf('Function.talkative')).toEqual([
      expect.stringMatching(/^Executing 'Functions\.talkative' \(Id=/),
      expect.stringMatching(/^Executed 'Functions\.talkative' \(Succeeded, Id=/),
    ]);
    expect(messagesOf('Function.talkative.User')).toEqual(['a detail', 'a fact']);
    expect(messagesOf('Function.see')).toEqual([]);
  });

  it('that logs after it has ended makes the library warn', async () => {
    await probe.invoke('late', { trigger: { string: '' } });
    await new Promise((resolve) => setImmediate(resolve));

    expect(messagesOf('Function.late.User')).toEqual(['too late']);
    expect(messagesOf('Worker')).toEqual([expect.stringContaining('after function execution has completed')]);
  });

  it('cannot register a function any more', async () => {
    const registration = probe.invoke('register', { trigger: { string: '' } });

    await expect(registration).rejects.toThrow('only be registered during app startup');
  });

  it('is refused for a function that is not of this app', async () => {
    const [known] = probe.host.functions;
    if (known === undefined) throw new Error('The fixture has functions.');

    const invocation = probe.host.invoke({ ...known, id: 'other', name: 'other' }, { trigger: {} });

    await expect(invocation).rejects.toThrow("'other' is disabled or not of this app");
  });
});

describe('a running host', () => {
  it('warns of a trigger that nobody serves', () => {
    const message = "The function 'unserved' will not run: this host does not serve triggers of type mysteryTrigger.";

    expect(messagesOf('Host.Startup')).toContain(message);
  });

  it('prepares an extension before it starts it, and adds its counters under its name', () => {
    expect(probe.life).toEqual(['prepare', 'start']);
    expect(host.counters()).toMatchObject({ 'probe.steps': 2 });
  });

  it('lets the app know its address', () => {
    expect(process.env['WEBSITE_HOSTNAME']).toBe(`127.0.0.1:${host.port}`);
  });
});
