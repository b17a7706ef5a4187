import { loadTopology, type Topology } from '../../../local/service-bus/topology.ts';

type Properties = Readonly<Record<string, unknown>>;

export interface TestSubscription {
  readonly properties?: Properties;
  /** The rules' properties by name, in the document's words. */
  readonly rules?: Readonly<Record<string, Properties>>;
}

export interface TestTopic {
  readonly properties?: Properties;
  readonly subscriptions?: Readonly<Record<string, TestSubscription>>;
}

/** A topology document of queues and topics by name, with their properties in the document's words. */
export function documentOf(queues: Readonly<Record<string, object>>, topics: Readonly<Record<string, TestTopic>> = {}): string {
  const list = Object.entries(queues).map(([name, properties]) => ({ Name: name, Properties: properties }));
  const topicList = Object.entries(topics).map(([name, { properties = {}, subscriptions = {} }]) => ({
    Name: name,
    Properties: properties,
    Subscriptions: Object.entries(subscriptions).map(subscriptionOf),
  }));
  return JSON.stringify({ UserConfig: { Namespaces: [{ Name: 'test', Queues: list, Topics: topicList }] } });
}

export function topologyOf(queues: Readonly<Record<string, object>>, topics: Readonly<Record<string, TestTopic>> = {}): Topology {
  return loadTopology(documentOf(queues, topics), 'test topology');
}

function subscriptionOf([name, { properties = {}, rules = {} }]: [string, TestSubscription]): object {
  return {
    Name: name,
    Properties: properties,
    Rules: Object.entries(rules).map(([rule, filter]) => ({ Name: rule, Properties: filter })),
  };
}
