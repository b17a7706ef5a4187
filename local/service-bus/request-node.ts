import type { EventContext, Receiver, Sender, Typed } from 'rhea';
import rhea from 'rhea';
import { z } from 'zod';
import { amqp } from './amqp-values.ts';
import { asBrokerError } from './errors.ts';
import type { QueueStore } from './queue-store.ts';
import { ACCEPTED } from './rhea-adaptations.ts';

/** A request sent to `$cbs` or a `$management` node. */
export interface NodeRequest {
  readonly operation: string;
  readonly body: unknown;
  /** The link the request is about, if it names one. */
  readonly linkName: string | undefined;
}

/** `body` is an AMQP map. */
export interface NodeReply {
  readonly status: number;
  readonly body?: Typed;
}

export type RequestHandler = (request: NodeRequest) => NodeReply;

/** What a node can do with an entity, by the name after `com.microsoft:`. */
export type Operations<E> = ReadonlyMap<string, (entity: E, request: NodeRequest) => NodeReply>;

/** Statuses of a reply, beside those of an error. */
export const STATUS = { ok: 200, accepted: 202, noContent: 204 } as const;

/** Names of the reply's application properties, which differ between the nodes. */
export interface ReplyNames {
  readonly status: string;
  readonly description: string;
  readonly condition: string;
}

export const TOKEN_REPLY_NAMES: ReplyNames = {
  status: 'status-code',
  description: 'status-description',
  condition: 'error-condition',
};
export const MANAGEMENT_REPLY_NAMES: ReplyNames = {
  status: 'statusCode',
  description: 'statusDescription',
  condition: 'errorCondition',
};

const CREDIT = 200;
const CREDIT_STEP = 50;

const requestSchema = z.object({
  message_id: z.union([z.string(), z.number(), z.instanceof(Buffer)]).optional(),
  reply_to: z.string().optional(),
  application_properties: z.looseObject({
    operation: z.string(),
    'associated-link-name': z.string().optional().catch(undefined),
  }),
  body: z.unknown().optional(),
});

/** Serves the link requests come in over; `findReplyLink` finds where the answer to a request's reply-to goes. */
export function serveRequestLink(
  link: Receiver,
  names: ReplyNames,
  handle: RequestHandler,
  findReplyLink: (replyTo: string | undefined) => Sender | undefined,
  store: QueueStore,
): void {
  let used = 0;
  link.add_credit(CREDIT);
  link.on('message', ({ message, delivery }: EventContext) => {
    used += 1;
    if (used >= CREDIT_STEP) {
      link.add_credit(used);
      used = 0;
    }
    delivery?.update(true, ACCEPTED);
    if (!Buffer.isBuffer(message)) return;
    const request = requestSchema.safeParse(rhea.message.decode(message));
    if (!request.success) return;
    const { message_id, reply_to, application_properties, body } = request.data;
    const { operation, 'associated-link-name': linkName } = application_properties;
    const answer = answerTo({ operation, body, linkName }, names, handle);
    const addressing = {
      ...(message_id === undefined ? {} : { correlation_id: message_id }),
      ...(reply_to === undefined ? {} : { to: reply_to }),
    };
    store.afterCommit(() => findReplyLink(reply_to)?.send({ ...answer, ...addressing }));
  });
}

function answerTo(request: NodeRequest, names: ReplyNames, handle: RequestHandler) {
  try {
    const { status, body } = handle(request);
    return {
      application_properties: { [names.status]: amqp.int(status), [names.description]: 'OK' },
      body: body ?? amqp.map({}),
    };
  } catch (cause) {
    const error = asBrokerError(cause);
    return {
      application_properties: {
        [names.status]: amqp.int(error.status),
        [names.description]: error.message,
        [names.condition]: amqp.symbol(error.condition),
      },
      body: amqp.map({}),
    };
  }
}
