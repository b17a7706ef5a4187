import { BrokerError, CONDITION } from './errors.ts';
import { type NodeReply, type NodeRequest, STATUS } from './request-node.ts';

const PUT_TOKEN = 'put-token';

/** The token service. Every token is accepted: whoever reaches the loopback address may use the broker. */
export function answerTokenRequest({ operation }: NodeRequest): NodeReply {
  if (operation !== PUT_TOKEN)
    throw new BrokerError(CONDITION.notImplemented, `The token operation '${operation}' is not supported.`);
  return { status: STATUS.accepted };
}
