import type { Typed } from 'rhea';
import { z } from 'zod';
import { amqp } from '../amqp-values.ts';
import { parseRequestBody } from '../request-body.ts';
import { type NodeReply, type NodeRequest, type Operations, STATUS } from '../request-node.ts';
import type { Subscription } from '../subscription.ts';
import type { Filter } from './filter.ts';
import type { Rule } from './rule.ts';
import { SYSTEM_FIELDS } from './system-fields.ts';

/** Descriptors of the parts of a rule on the wire. */
const DESCRIPTOR = {
  rule: 0x13700000004,
  noAction: 0x13700000005,
  action: 0x13700000006,
  sqlFilter: 0x1370000006,
  trueFilter: 0x1370000007,
  falseFilter: 0x1370000008,
  correlationFilter: 0x1370000009,
} as const;
/** The level of the language that SQL filters and actions are written in. */
const COMPATIBILITY_LEVEL = 20;

const text = z.string().nullish();
const expression = z.object({ expression: z.string() }).nullish();
const correlation = z
  .object({
    'correlation-id': text,
    'message-id': text,
    to: text,
    'reply-to': text,
    label: text,
    'session-id': text,
    'reply-to-session-id': text,
    'content-type': text,
    properties: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.date()])).nullish(),
  })
  .nullish();

const ruleName = z.string().min(1).max(50);
const addBody = z.object({
  'rule-name': ruleName,
  'rule-description': z.object({ 'sql-filter': expression, 'correlation-filter': correlation, 'sql-rule-action': expression }),
});
const removeBody = z.object({ 'rule-name': ruleName });
const enumerateBody = z.object({ top: z.number(), skip: z.number() });

/** What a `$management` node can do with the rules of a subscription. */
export const RULE_OPERATIONS: Operations<Subscription> = new Map([
  ['add-rule', addRule],
  ['remove-rule', removeRule],
  ['enumerate-rules', enumerateRules],
]);

function addRule(subscription: Subscription, { body }: NodeRequest): NodeReply {
  const { 'rule-name': name, 'rule-description': description } = parseRequestBody(addBody, body);
  subscription.addRule({
    name,
    filter: filterFrom(description),
    action: description['sql-rule-action']?.expression || undefined,
  });
  return { status: STATUS.ok };
}

function removeRule(subscription: Subscription, { body }: NodeRequest): NodeReply {
  subscription.removeRule(parseRequestBody(removeBody, body)['rule-name']);
  return { status: STATUS.ok };
}

function enumerateRules(subscription: Subscription, { body }: NodeRequest): NodeReply {
  const { top, skip } = parseRequestBody(enumerateBody, body);
  const rules = subscription.rules.slice(skip, skip + top);
  if (rules.length === 0) return { status: STATUS.noContent };
  const encoded = rules.map((rule) => amqp.map({ 'rule-description': encodeRule(rule) }));
  return { status: STATUS.ok, body: amqp.map({ rules: amqp.list(encoded) }) };
}

function filterFrom(description: z.infer<typeof addBody>['rule-description']): Filter {
  const { 'sql-filter': sql, 'correlation-filter': correlated } = description;
  if (sql) return { kind: 'sql', expression: sql.expression };
  if (!correlated) return { kind: 'true' };
  const fields = {
    correlationId: correlated['correlation-id'],
    messageId: correlated['message-id'],
    to: correlated.to,
    replyTo: correlated['reply-to'],
    subject: correlated.label,
    sessionId: correlated['session-id'],
    replyToSessionId: correlated['reply-to-session-id'],
    contentType: correlated['content-type'],
  };
  const set = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined && value !== '');
  return { kind: 'correlation', fields: Object.fromEntries(set), properties: correlated.properties ?? {} };
}

function encodeRule({ name, filter, action }: Rule): Typed {
  const encodedAction =
    action === undefined
      ? amqp.described(DESCRIPTOR.noAction, [])
      : amqp.described(DESCRIPTOR.action, [action, amqp.int(COMPATIBILITY_LEVEL)]);
  return amqp.described(DESCRIPTOR.rule, [encodeFilter(filter), encodedAction, name]);
}

function encodeFilter(filter: Filter): Typed {
  switch (filter.kind) {
    case 'true':
      return amqp.described(DESCRIPTOR.trueFilter, []);
    case 'false':
      return amqp.described(DESCRIPTOR.falseFilter, []);
    case 'sql':
      return amqp.described(DESCRIPTOR.sqlFilter, [filter.expression, amqp.int(COMPATIBILITY_LEVEL)]);
    case 'correlation': {
      const fields = SYSTEM_FIELDS.map((field) => filter.fields[field] ?? null);
      return amqp.described(DESCRIPTOR.correlationFilter, [...fields, amqp.map(filter.properties)]);
    }
  }
}
