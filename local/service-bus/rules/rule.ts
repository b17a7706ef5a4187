import type { MessageContent } from '../sections.ts';
import { changeBy } from './action.ts';
import { type Filter, testOf } from './filter.ts';
import type { MessageProperties } from './message-properties.ts';

/** One rule of a subscription: which messages come, and what is changed on them (an SQL rule action). */
export interface Rule {
  readonly name: string;
  readonly filter: Filter;
  readonly action: string | undefined;
}

/** What a subscription has that says nothing of rules. */
export const DEFAULT_RULE: Rule = { name: '$Default', filter: { kind: 'true' }, action: undefined };

export interface PreparedRule extends Rule {
  matches(message: MessageProperties): boolean;
  /** Undefined for a rule that changes nothing. */
  readonly change: ((content: MessageContent) => MessageContent) | undefined;
}

/** @throws BrokerError (argument error) when the filter or the action is not valid */
export function prepareRule(rule: Rule): PreparedRule {
  return {
    ...rule,
    matches: testOf(rule.filter),
    change: rule.action === undefined ? undefined : changeBy(rule.action),
  };
}

/** The copies of a message that these rules want: one of those that change nothing together, and one of each that does. */
export function copiesFor(rules: Iterable<PreparedRule>, content: MessageContent, message: MessageProperties): MessageContent[] {
  const matching = [...rules].filter((rule) => rule.matches(message));
  const changed = matching.flatMap(({ change }) => (change === undefined ? [] : [change(content)]));
  return matching.length > changed.length ? [content, ...changed] : changed;
}
