import { z } from 'zod';
import { parseDuration } from './duration.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

function duration(minMs: number, maxMs: number, bounds: string) {
  return z
    .string()
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
      context.addIssue({ code: 'custom', message: `'${text}' must be an ISO 8601 duration ${bounds}` });
      return z.NEVER;
    })
    .optional();
}

const notForwarded = z.literal('', 'forwarding is not supported: leave it out').optional();

const entityName = z
  .string()
  .regex(
    /^[A-Za-z0-9](?:[\w./-]{0,258}[A-Za-z0-9])?$/,
    'must be 1 to 260 letters, digits, periods, hyphens, underscores or slashes',
  );
/** Names within a topic. */
const shortName = z
  .string()
  .regex(/^[A-Za-z0-9$](?:[\w.-]{0,48}[A-Za-z0-9])?$/, 'must be 1 to 50 letters, digits, periods, hyphens or underscores');

const lifetime = { DefaultMessageTimeToLive: duration(1, Number.MAX_SAFE_INTEGER, 'above zero') };
const duplicates = {
  RequiresDuplicateDetection: z.boolean().default(false),
  DuplicateDetectionHistoryTimeWindow: duration(1, 7 * DAY_MS, 'above zero and of at most P7D'),
};
const delivery = {
  ...lifetime,
  LockDuration: duration(1, 5 * MINUTE_MS, 'above zero and of at most PT5M'),
  MaxDeliveryCount: z.int().min(1).max(2000).default(10),
  DeadLetteringOnMessageExpiration: z.boolean().default(false),
  RequiresSession: z.boolean().default(false),
  ForwardTo: notForwarded,
  ForwardDeadLetteredMessagesTo: notForwarded,
};

const queue = z.object({ Name: entityName, Properties: z.object({ ...delivery, ...duplicates }).prefault({}) });

const sql = z.object({ SqlExpression: z.string() }).optional();
const rule = z.object({
  Name: shortName,
  Properties: z
    .object({
      FilterType: z.enum(['Sql', 'Correlation']).optional(),
      SqlFilter: sql,
      CorrelationFilter: z
        .object({
          ContentType: z.string(),
          CorrelationId: z.string(),
          Label: z.string(),
          MessageId: z.string(),
          ReplyTo: z.string(),
          ReplyToSessionId: z.string(),
          SessionId: z.string(),
          To: z.string(),
          Properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
        })
        .partial()
        .optional(),
      Action: sql,
    })
    .prefault({}),
});

const subscription = z.object({
  Name: shortName,
  Properties: z.object(delivery).prefault({}),
  Rules: z.array(rule).default([]),
});

const topic = z.object({
  Name: entityName,
  Properties: z.object({ ...lifetime, ...duplicates }).prefault({}),
  Subscriptions: z.array(subscription).default([]),
});

const namespace = z.object({
  Name: z.string().optional(),
  Queues: z.array(queue).default([]),
  Topics: z.array(topic).default([]),
});

/** The JSON shape of Microsoft's Service Bus emulator. Durations become milliseconds. */
export const topologyDocument = z.object({ UserConfig: z.object({ Namespaces: z.array(namespace).min(1) }) });

export type NamespaceDocument = z.infer<typeof namespace>;
export type QueueDocument = z.infer<typeof queue>;
export type TopicDocument = z.infer<typeof topic>;
export type SubscriptionDocument = z.infer<typeof subscription>;
export type RuleDocument = z.infer<typeof rule>;
