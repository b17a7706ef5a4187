import type { JsonObject, JsonValue } from '../../json.ts';
import { settingReferred } from '../setting-name.ts';
import type { Report } from '../trigger-report.ts';

/** A queue, or a subscription of a topic. Names are as the host takes them: `%NAME%` stands for a setting. */
export type ServiceBusEntity =
  | { readonly queue: string; readonly topic?: undefined; readonly subscription?: undefined }
  | { readonly topic: string; readonly subscription: string; readonly queue?: undefined };

const MAX_ENTITY_NAME = 260;
const MAX_SUBSCRIPTION_NAME = 50;

const HOST_REFERENCE = /^%([A-Za-z_][A-Za-z0-9_]*)%$/;
const ENTITY_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?$/;
const SUBSCRIPTION_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/** What a name may be: how it is called in messages, its pattern, its length, and that pattern in words. */
interface NameRule {
  readonly what: string;
  readonly pattern: RegExp;
  readonly maxLength: number;
  readonly characters: string;
}

const QUEUE: NameRule = {
  what: "a queue's name",
  pattern: ENTITY_NAME,
  maxLength: MAX_ENTITY_NAME,
  characters: "'.', '-', '_' or '/'",
};
const TOPIC: NameRule = { ...QUEUE, what: "a topic's name" };
const SUBSCRIPTION: NameRule = {
  what: "a subscription's name",
  pattern: SUBSCRIPTION_NAME,
  maxLength: MAX_SUBSCRIPTION_NAME,
  characters: "'.', '-' or '_'",
};

/** Where a client receives from: `orders`, `events/Subscriptions/billing`. */
export function entityPath(entity: ServiceBusEntity): string {
  return entity.queue ?? `${entity.topic}/Subscriptions/${entity.subscription}`;
}

/** How people call it. */
export function entityName(entity: ServiceBusEntity): string {
  return entity.queue === undefined
    ? `subscription '${entity.subscription}' of topic '${entity.topic}'`
    : `queue '${entity.queue}'`;
}

/** The name with the setting put in that it stands for; undefined if that is not known here. */
export function resolveName(name: string, settings: Readonly<Record<string, string | undefined>>): string | undefined {
  const setting = HOST_REFERENCE.exec(name)?.[1];
  return setting === undefined ? name : settings[setting];
}

/** The entity with the settings put in that its names stand for, as far as they are known here. */
export function resolved(entity: ServiceBusEntity, settings: Readonly<Record<string, string | undefined>>): ServiceBusEntity {
  const known = (name: string) => resolveName(name, settings) ?? name;
  if (entity.queue !== undefined) return { queue: known(entity.queue) };
  return { topic: known(entity.topic), subscription: known(entity.subscription) };
}

/** Reads `queue`, or `topic` and `subscription`, each also written with `_name`. Undefined: something is wrong, and reported. */
export function readEntity(config: JsonObject, report: Report): ServiceBusEntity | undefined {
  const field = (name: string) => (config[name] === undefined && config[`${name}_name`] !== undefined ? `${name}_name` : name);
  const [queueField, topicField, subscriptionField] = [field('queue'), field('topic'), field('subscription')];
  const [queue, topic, subscription] = [config[queueField], config[topicField], config[subscriptionField]];
  if (topic === undefined && subscription === undefined) {
    if (queue !== undefined) return queueOf(readName(queue, queueField, QUEUE, report));
    const remedy = "Write 'queue: orders', or 'topic: events' and 'subscription: billing'.";
    report({ code: 'field_missing', path: [], message: "'queue' is missing.", remedy });
    return undefined;
  }
  if (queue !== undefined) {
    const message = `'${queueField}' and '${topic === undefined ? subscriptionField : topicField}' exclude each other.`;
    report({ code: 'field_conflict', path: [queueField], message, remedy: 'Name a queue, or a topic and a subscription.' });
    return undefined;
  }
  const names = [
    readRequired(topic, topicField, TOPIC, "Write 'topic: events'.", report),
    readRequired(subscription, subscriptionField, SUBSCRIPTION, "Write 'subscription: billing'.", report),
  ];
  return subscriptionOf(names[0], names[1]);
}

function queueOf(queue: string | undefined): ServiceBusEntity | undefined {
  return queue === undefined ? undefined : { queue };
}

function subscriptionOf(topic: string | undefined, subscription: string | undefined): ServiceBusEntity | undefined {
  return topic === undefined || subscription === undefined ? undefined : { topic, subscription };
}

function readRequired(
  value: JsonValue | undefined,
  field: string,
  rule: NameRule,
  remedy: string,
  report: Report,
): string | undefined {
  if (value !== undefined) return readName(value, field, rule, report);
  report({ code: 'field_missing', path: [], message: `'${field}' is missing.`, remedy });
  return undefined;
}

/** `${NAME}` is left to the host, which resolves `%NAME%`. */
function readName(value: JsonValue, field: string, rule: NameRule, report: Report): string | undefined {
  const setting = settingReferred(value);
  const name = setting === undefined ? value : `%${setting}%`;
  if (typeof name === 'string' && (HOST_REFERENCE.test(name) || isName(name, rule))) return name;
  report({
    code: 'entity_name_invalid',
    path: [field],
    message: `'${field}' is not ${rule.what}.`,
    remedy: `Use 1 to ${rule.maxLength} letters, digits, ${rule.characters}, with a letter or digit at both ends.`,
  });
  return undefined;
}

function isName(name: string, { pattern, maxLength }: NameRule): boolean {
  return name.length <= maxLength && pattern.test(name);
}
