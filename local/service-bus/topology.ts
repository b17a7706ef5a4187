import type { QueueRules } from './queue-surroundings.ts';
import { DEFAULT_RULE, prepareRule, type Rule } from './rules/rule.ts';
import type { TopicRules } from './topic.ts';
import type { NamespaceDocument, QueueDocument, RuleDocument, SubscriptionDocument, TopicDocument } from './topology-document.ts';
import { topologyDocument } from './topology-document.ts';

export interface QueueSettings extends QueueRules {
  readonly name: string;
}

export interface SubscriptionSettings extends QueueRules {
  readonly subscriptionName: string;
  readonly ruleSet: readonly Rule[];
}

export interface TopicSettings extends TopicRules {
  readonly name: string;
  readonly subscriptions: readonly SubscriptionSettings[];
}

/** The entities a broker serves. */
export interface Topology {
  readonly queues: readonly QueueSettings[];
  readonly topics: readonly TopicSettings[];
}

export interface TopologyProblem {
  readonly code: 'not_json' | 'invalid_value' | 'duplicate_name' | 'invalid_rule';
  /** Where in the document, as in `UserConfig.Namespaces[0].Queues[1].Name`. */
  readonly path: string;
  readonly message: string;
}

/** The topology document cannot be served; `problems` holds all that is wrong with it. */
export class TopologyError extends Error {
  readonly code = 'topology_invalid';
  readonly problems: readonly TopologyProblem[];

  constructor(file: string, problems: readonly TopologyProblem[]) {
    const lines = problems.map((problem) => `  ${problem.path || '(document)'}: ${problem.message} [${problem.code}]`);
    super(`${file} is not a valid Service Bus topology; correct these places:\n${lines.join('\n')}`);
    this.name = 'TopologyError';
    this.problems = problems;
  }
}

const DEFAULT_LOCK_MS = 60_000;
const DEFAULT_DUPLICATE_WINDOW_MS = 600_000;

/**
 * Reads a topology in the JSON shape of Microsoft's Service Bus emulator (`UserConfig.Namespaces[].Queues[]` and `.Topics[]`).
 * `file` names it in messages.
 *
 * @throws TopologyError
 */
export function loadTopology(jsonText: string, file: string): Topology {
  const parsed = topologyDocument.safeParse(parseJson(jsonText, file));
  if (!parsed.success) throw new TopologyError(file, parsed.error.issues.map(problemFromIssue));
  const { Namespaces: namespaces } = parsed.data.UserConfig;
  const problems = namespaces.flatMap((namespace, index) => problemsOf(namespace, `UserConfig.Namespaces[${index}]`));
  problems.push(...duplicateNames(namespaces.flatMap(entitiesOf), 'queue or topic'));
  if (problems.length > 0) throw new TopologyError(file, problems);
  return {
    queues: namespaces.flatMap((namespace) => namespace.Queues.map(queueSettings)),
    topics: namespaces.flatMap((namespace) => namespace.Topics.map(topicSettings)),
  };
}

function parseJson(jsonText: string, file: string): unknown {
  try {
    return JSON.parse(jsonText);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new TopologyError(file, [{ code: 'not_json', path: '', message }]);
  }
}

function queueSettings({ Name: name, Properties: properties }: QueueDocument): QueueSettings {
  return { name, ...deliveryRules(properties), duplicateWindowMs: duplicateWindowMs(properties) };
}

function topicSettings({ Name: name, Properties: properties, Subscriptions: subscriptions }: TopicDocument): TopicSettings {
  return {
    name,
    defaultTtlMs: properties.DefaultMessageTimeToLive,
    duplicateWindowMs: duplicateWindowMs(properties),
    subscriptions: subscriptions.map(subscriptionSettings),
  };
}

function subscriptionSettings({ Name: name, Properties: properties, Rules: rules }: SubscriptionDocument): SubscriptionSettings {
  return {
    subscriptionName: name,
    ...deliveryRules(properties),
    // The topic has told them apart.
    duplicateWindowMs: undefined,
    ruleSet: rules.length === 0 ? [DEFAULT_RULE] : rules.map(ruleFromDocument),
  };
}

function deliveryRules(properties: SubscriptionDocument['Properties']): Omit<QueueRules, 'duplicateWindowMs'> {
  return {
    lockDurationMs: properties.LockDuration ?? DEFAULT_LOCK_MS,
    maxDeliveryCount: properties.MaxDeliveryCount,
    defaultTtlMs: properties.DefaultMessageTimeToLive,
    deadLettersOnExpiry: properties.DeadLetteringOnMessageExpiration,
    requiresSession: properties.RequiresSession,
  };
}

function duplicateWindowMs(properties: TopicDocument['Properties']): number | undefined {
  if (!properties.RequiresDuplicateDetection) return undefined;
  return properties.DuplicateDetectionHistoryTimeWindow ?? DEFAULT_DUPLICATE_WINDOW_MS;
}

function ruleFromDocument({ Name: name, Properties: properties }: RuleDocument): Rule {
  return { name, filter: filterFromDocument(properties), action: properties.Action?.SqlExpression };
}

function filterFromDocument({ FilterType, SqlFilter, CorrelationFilter }: RuleDocument['Properties']): Rule['filter'] {
  if (CorrelationFilter !== undefined && FilterType !== 'Sql') {
    const { Label: subject, Properties: properties = {}, ...fields } = CorrelationFilter;
    const named = Object.entries(fields).map(([name, value]) => [name.charAt(0).toLowerCase() + name.slice(1), value]);
    const set = [...named, ['subject', subject]].filter(([, value]) => value !== undefined);
    return { kind: 'correlation', fields: Object.fromEntries(set), properties };
  }
  return SqlFilter === undefined ? { kind: 'true' } : { kind: 'sql', expression: SqlFilter.SqlExpression };
}

function problemsOf(namespace: NamespaceDocument, path: string): TopologyProblem[] {
  return namespace.Topics.flatMap((topic, t) => {
    const subscriptionsPath = `${path}.Topics[${t}].Subscriptions`;
    const subscriptions = topic.Subscriptions.flatMap(({ Rules: rules }, s) => {
      const rulesPath = `${subscriptionsPath}[${s}].Rules`;
      return [
        ...duplicateNames(named(rules, rulesPath), 'rule'),
        ...rules.flatMap((rule, r) => ruleProblems(rule, `${rulesPath}[${r}]`)),
      ];
    });
    return [...duplicateNames(named(topic.Subscriptions, subscriptionsPath), 'subscription'), ...subscriptions];
  });
}

function ruleProblems(rule: RuleDocument, path: string): TopologyProblem[] {
  try {
    prepareRule(ruleFromDocument(rule));
    return [];
  } catch (error) {
    return [{ code: 'invalid_rule', path, message: error instanceof Error ? error.message : String(error) }];
  }
}

interface Named {
  readonly name: string;
  /** Where the name stands. */
  readonly path: string;
}

function entitiesOf(namespace: NamespaceDocument, index: number): Named[] {
  const path = `UserConfig.Namespaces[${index}]`;
  return [...named(namespace.Queues, `${path}.Queues`), ...named(namespace.Topics, `${path}.Topics`)];
}

function named(items: readonly { readonly Name: string }[], path: string): Named[] {
  return items.map(({ Name: name }, index) => ({ name, path: `${path}[${index}].Name` }));
}

function duplicateNames(names: readonly Named[], what: string): TopologyProblem[] {
  const seen = new Set<string>();
  return names.flatMap(({ name, path }) => {
    if (!seen.has(name.toLowerCase())) {
      seen.add(name.toLowerCase());
      return [];
    }
    return [{ code: 'duplicate_name' as const, path, message: `there is another ${what} '${name}' (names ignore case)` }];
  });
}

function problemFromIssue(issue: { readonly path: readonly PropertyKey[]; readonly message: string }): TopologyProblem {
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return { code: 'invalid_value', path: path.replace(/^\./, ''), message: issue.message };
}
