import { isLlm, type Llm, type LlmReply, type LlmRequest } from '../../ports/llm.ts';
import { PermanentError } from '../errors.ts';
import type { NodeContext } from '../node-kind.ts';

/** The model of the node's pipeline. @throws PermanentError (`port_missing`) */
export function llmOf({ resources, node }: NodeContext): Llm {
  const port = resources.port('llm');
  if (isLlm(port)) return port;
  const message = `Node '${node}' needs the port 'llm', which its pipeline does not declare. Add it: ports: {llm: {adapter: mock_llm}}.`;
  throw new PermanentError('port_missing', message);
}

/** Asks the model, and logs what the answer cost. */
export async function callLlm(
  llm: Llm,
  request: Omit<LlmRequest, 'signal'>,
  context: NodeContext,
  stream = false,
): Promise<LlmReply> {
  let pieces = 0;
  const full = { ...request, signal: context.signal };
  const reply =
    stream && llm.stream !== undefined
      ? await llm.stream(full, () => {
          pieces += 1;
        })
      : await llm.complete(full);
  const { model = null, usage, text } = reply;
  context.log('info', 'a model answered', {
    model,
    characters: text.length,
    ...(usage === undefined ? {} : { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens }),
    ...(pieces === 0 ? {} : { pieces }),
  });
  return reply;
}
