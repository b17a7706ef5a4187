import type { JsonObject } from '../../json.ts';
import { DEFAULT_RUN_EVENTS_TOPIC } from '../../ports/event-publisher.ts';
import type { SourceContext, SourceKind } from '../source-kind.ts';
import type { Trigger } from '../trigger.ts';
import { type Report, reportUnknownFields } from '../trigger-report.ts';
import { DEFAULT_CONNECTION, readConnection } from './connection.ts';
import { entityName, entityPath, readEntity, resolved, resolveName, type ServiceBusEntity } from './entity.ts';

/** A queue or subscription, and the setting (or prefix of settings) that says how to connect to it. */
export type ServiceBusSource = ServiceBusEntity & {
  readonly type: 'service_bus';
  readonly connection: string;
  /** Messages come session by session, those of one in their order. */
  readonly sessions?: true;
  /** What the document asks for; only the host can do it, for all of its queues. */
  readonly maxConcurrentCalls?: number;
};

const FIELDS = [
  'connection',
  'connection_string',
  'queue',
  'queue_name',
  'topic',
  'topic_name',
  'subscription',
  'subscription_name',
  'sessions',
  'cardinality',
  'max_concurrent_calls',
];
/** What a host can usefully run at a time. */
const MAX_CONCURRENT_CALLS = 1_000;

export const serviceBusKind: SourceKind<ServiceBusSource> = {
  type: 'service_bus',
  read: readServiceBusSource,
  /** Two readers of one queue or subscription each get some of its messages. */
  exclusive: (source, settings) => {
    const name = entityName(source);
    const another = source.queue === undefined ? 'subscription' : 'queue';
    return {
      resource: `${source.connection}/${entityPath(resolved(source, settings)).toLowerCase()}`,
      message: `The ${name} has two triggers`,
      remedy: `Use one trigger a ${another}, or a ${another} for each.`,
    };
  },
  check: checkLoop,
};

function readServiceBusSource(config: JsonObject, report: Report): ServiceBusSource | undefined {
  reportUnknownFields(config, FIELDS, report);
  const connection = readConnection(config, report);
  const entity = readEntity(config, report);
  const sessions = readSessions(config, report);
  checkCardinality(config, report);
  const maxConcurrentCalls = readConcurrency(config, report);
  if (connection === undefined || entity === undefined) return undefined;
  return {
    type: 'service_bus',
    connection,
    ...entity,
    ...(sessions ? { sessions } : {}),
    ...(maxConcurrentCalls === undefined ? {} : { maxConcurrentCalls }),
  };
}

function readSessions({ sessions = false }: JsonObject, report: Report): boolean {
  if (typeof sessions === 'boolean') return sessions;
  const remedy = "Write 'sessions: true' for a queue or subscription that requires sessions.";
  report({ code: 'field_type', path: ['sessions'], message: "'sessions' must be true or false.", remedy });
  return false;
}

function checkCardinality({ cardinality = 'one' }: JsonObject, report: Report): void {
  if (cardinality === 'one') return;
  const path = ['cardinality'];
  if (cardinality === 'many') {
    const message =
      "'cardinality: many' is not supported: a batch is settled as a whole and its locks are not renewed, so that one bad message would bring back all of them.";
    const remedy =
      'Remove it: messages are taken one by one, as many at a time as extensions.serviceBus.maxConcurrentCalls in host.json says.';
    report({ code: 'cardinality_unsupported', path, message, remedy });
  } else {
    report({ code: 'field_type', path, message: "'cardinality' must be 'one'.", remedy: 'Remove it.' });
  }
}

function readConcurrency({ max_concurrent_calls: calls }: JsonObject, report: Report): number | undefined {
  if (calls === undefined) return undefined;
  const path = ['max_concurrent_calls'];
  if (typeof calls !== 'number' || !Number.isInteger(calls) || calls < 1 || calls > MAX_CONCURRENT_CALLS) {
    const message = `'max_concurrent_calls' must be a whole number from 1 to ${MAX_CONCURRENT_CALLS}.`;
    report({ code: 'integer_range', path, message, remedy: 'Correct it, or leave it out.' });
    return undefined;
  }
  report({
    severity: 'warning',
    code: 'key_not_supported',
    path,
    message: "'max_concurrent_calls' has no effect here: the host's limit holds for all queues.",
    remedy: `Set extensions.serviceBus.maxConcurrentCalls in host.json to ${calls}, and remove it here.`,
  });
  return calls;
}

/** Runs write events about themselves to a topic; a trigger on that starts a run, which writes events, which start runs. */
function checkLoop({ source, when }: Trigger<ServiceBusSource>, report: Report, { settings }: SourceContext): void {
  if (source.topic === undefined || source.connection !== DEFAULT_CONNECTION) return;
  const topic = resolveName(source.topic, settings)?.toLowerCase();
  if (topic !== (settings['RUN_EVENTS_TOPIC'] ?? DEFAULT_RUN_EVENTS_TOPIC).toLowerCase()) return;
  const loop = `The topic '${source.topic}' carries the events of this app's runs`;
  const path = ['topic'];
  const remedy = "Say in 'when' which of them start a run, never those of the runs it starts: 'when: pipeline == \"order\"'.";
  if (when === undefined) {
    report({ code: 'trigger_loop', path, message: `${loop}: each run would start the next, without end.`, remedy });
  } else {
    const message = `${loop}: unless 'when' leaves out those of the runs that this trigger starts, they start runs without end.`;
    report({ severity: 'warning', code: 'trigger_loop', path, message, remedy });
  }
}
