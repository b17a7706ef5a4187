import { describe, expect, it } from 'vitest';
import { mockLlm, mockLlmConfig } from '../../../src/adapters/mock/mock-llm.ts';
import { ScriptedLlm } from '../../../src/adapters/mock/scripted-llm.ts';
import { isLlm, type LlmRequest } from '../../../src/ports/llm.ts';

const request: LlmRequest = { messages: [{ role: 'user', content: 'H' }], signal: new AbortController().signal };

async function texts(config: object, count: number): Promise<readonly string[]> {
  const llm = mockLlm(mockLlmConfig.parse(config));
  const replies: string[] = [];
  for (let call = 0; call < count; call++) replies.push((await llm.complete(request)).text);
  return replies;
}

describe('mock_llm', () => {
  it.each([
    ['by default', {}, ['{"result":"Mock response"}', '{"result":"Mock response"}']],
    ['a text', { responses: 'hi' }, ['hi', 'hi']],
    ['an object as JSON', { responses: { a: [1] } }, ['{"a":[1]}', '{"a":[1]}']],
    ['a list in turn, over and over', { responses: ['a', { b: 1 }] }, ['a', '{"b":1}', 'a']],
  ])('replies with %s', async (_, config, expected) => {
    const replies = await texts(config, expected.length);

    expect(replies).toEqual(expected);
  });

  it('tells the usage that it is given', async () => {
    const llm = mockLlm(mockLlmConfig.parse({ mock_usage: { input_tokens: 5 } }));

    const reply = await llm.complete(request);

    expect(reply.usage).toEqual({ inputTokens: 5, outputTokens: 0 });
  });

  it('asks for tools only if it is offered some', async () => {
    const llm = mockLlm(
      mockLlmConfig.parse({
        mock_tool_calls: [
          { name: 'add', arguments: { a: 1 } },
          { id: 'x', name: 'end' },
        ],
      }),
    );

    const without = await llm.complete(request);
    const withTools = await llm.complete({ ...request, tools: [{ name: 'add', parameters: {} }] });

    expect(without.toolCalls).toBeUndefined();
    expect(withTools.toolCalls).toEqual([
      { id: 'call-1', name: 'add', arguments: { a: 1 } },
      { id: 'x', name: 'end', arguments: {} },
    ]);
  });

  it('stops waiting when its caller does', async () => {
    const llm = mockLlm(mockLlmConfig.parse({ delay_seconds: 3_600 }));
    const abort = new AbortController();

    const reply = llm.complete({ ...request, signal: abort.signal });
    abort.abort();

    await expect(reply).rejects.toMatchObject({ name: 'AbortError' });
  });

  it.each([{ responses: [] }, { responses: 5 }, { delay_seconds: -1 }, { mock_tool_calls: [{}] }])('refuses %j', (config) => {
    const parsed = mockLlmConfig.safeParse(config);

    expect(parsed.success).toBe(false);
  });
});

describe('a scripted model', () => {
  it('gives its replies in their order and records the calls', async () => {
    const failure = new Error('no');
    const llm = new ScriptedLlm(['a', { text: 'b', model: 'm' }, failure, ({ messages }) => `${messages.length}`]);

    const replies = await Promise.allSettled([1, 2, 3, 4].map(() => llm.complete(request)));

    expect(replies).toEqual([
      { status: 'fulfilled', value: { text: 'a' } },
      { status: 'fulfilled', value: { text: 'b', model: 'm' } },
      { status: 'rejected', reason: failure },
      { status: 'fulfilled', value: { text: '1' } },
    ]);
    expect(llm.calls).toEqual([request, request, request, request]);
  });

  it('fails when it has no reply left', async () => {
    const llm = new ScriptedLlm([]);

    const reply = llm.complete(request);

    await expect(reply).rejects.toThrow('has 0 replies and was called 1 times');
  });
});

describe('a port', () => {
  it.each([
    [new ScriptedLlm([]), true],
    [mockLlm(mockLlmConfig.parse({})), true],
    [new Proxy(new ScriptedLlm([]), {}), true],
    [{ complete: 'x' }, false],
    [{}, false],
    [null, false],
    [undefined, false],
  ])('is a model if it completes', (port, expected) => {
    const answer = isLlm(port);

    expect(answer).toBe(expected);
  });
});
