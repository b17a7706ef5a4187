import type { JsonObject } from '../../json.ts';
import type { SourceKind } from '../source-kind.ts';
import { type Report, reportUnknownFields } from '../trigger-report.ts';

/** A queue, and the setting (or prefix of settings) that says how to connect to it. */
export interface ServiceBusSource {
  readonly type: 'service_bus';
  readonly connection: string;
  readonly queue: string;
}

const FIELDS = ['connection', 'connection_string', 'queue', 'queue_name', 'max_concurrent_calls'];
/** The settings' prefix where the document names none. */
const DEFAULT_CONNECTION = 'SB';
const MAX_ENTITY_NAME = 260;

const SETTING_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const REFERENCE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;
const HOST_REFERENCE = /^%[A-Za-z_][A-Za-z0-9_]*%$/;
const ENTITY_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?$/;
const CONNECTION_STRING = /=|:\/\//;

export const serviceBusKind: SourceKind<ServiceBusSource> = {
  type: 'service_bus',
  read: readServiceBusSource,
  /** Two readers of one queue each get some of its messages. */
  exclusive: ({ connection, queue }) => ({
    resource: `${connection}/${queue.toLowerCase()}`,
    message: `The queue '${queue}' has two triggers`,
    remedy: 'Use one trigger a queue, or a queue for each.',
  }),
};

function readServiceBusSource(config: JsonObject, report: Report): ServiceBusSource | undefined {
  reportUnknownFields(config, FIELDS, report);
  const connection = readConnection(config, report);
  const queue = readQueue(config, report);
  if (config['max_concurrent_calls'] !== undefined) {
    const message = "'max_concurrent_calls' has no effect here: the host's limit holds for all queues.";
    const remedy = 'Set extensions.serviceBus.maxConcurrentCalls in host.json, and remove it here.';
    report({ severity: 'warning', code: 'key_not_supported', path: ['max_concurrent_calls'], message, remedy });
  }
  return connection === undefined || queue === undefined ? undefined : { type: 'service_bus', connection, queue };
}

/** The name of the setting; a connection itself never belongs into a document, nor into a message about it. */
function readConnection(config: JsonObject, report: Report): string | undefined {
  const field = config['connection'] === undefined ? 'connection_string' : 'connection';
  const value = config[field] ?? DEFAULT_CONNECTION;
  const name = typeof value === 'string' ? (REFERENCE.exec(value)?.[1] ?? value) : '';
  const isReference = field === 'connection' || name !== value || config[field] === undefined;
  if (SETTING_NAME.test(name) && isReference) return name;
  if (CONNECTION_STRING.test(name)) {
    report({
      code: 'secret_inline',
      path: [field],
      message: `'${field}' holds a connection string.`,
      remedy: `Put it into a setting and write '\${NAME}', or use an identity: 'connection: SB' with SB__fullyQualifiedNamespace.`,
    });
  } else {
    const message = `'${field}' does not name a setting.`;
    report({
      code: 'setting_reference',
      path: [field],
      message,
      remedy: `Write 'connection: SB' or 'connection_string: \${NAME}'.`,
    });
  }
  return undefined;
}

/** A queue's name; `${NAME}` is left to the host, which resolves `%NAME%`. */
function readQueue(config: JsonObject, report: Report): string | undefined {
  const field = config['queue'] === undefined && config['queue_name'] !== undefined ? 'queue_name' : 'queue';
  const value = config[field];
  if (value === undefined) {
    report({ code: 'field_missing', path: [], message: "'queue' is missing.", remedy: "Write 'queue: orders'." });
    return undefined;
  }
  const setting = typeof value === 'string' ? REFERENCE.exec(value)?.[1] : undefined;
  const name = setting === undefined ? value : `%${setting}%`;
  if (typeof name === 'string' && (HOST_REFERENCE.test(name) || isEntityName(name))) return name;
  report({
    code: 'entity_name_invalid',
    path: [field],
    message: `'${field}' is not a queue's name.`,
    remedy: `Use 1 to ${MAX_ENTITY_NAME} letters, digits, '.', '-', '_' or '/', with a letter or digit at both ends.`,
  });
  return undefined;
}

function isEntityName(name: string): boolean {
  return name.length <= MAX_ENTITY_NAME && ENTITY_NAME.test(name);
}
