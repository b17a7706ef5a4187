import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';

/** As the local Azure's other queues are. */
const PROPERTIES: JsonObject = {
  LockDuration: 'PT30S',
  MaxDeliveryCount: 10,
  DefaultMessageTimeToLive: 'P14D',
  DeadLetteringOnMessageExpiration: true,
};

/** The configuration of the local Service Bus with one more queue. Undefined if it does not look as expected; unchanged if it has it. */
export function addQueue(text: string, queue: string): string | undefined {
  const config = parsed(text);
  const user = isJsonObject(config) ? config['UserConfig'] : undefined;
  const [first, ...others] = listOf(isJsonObject(user) ? user['Namespaces'] : undefined);
  if (!isJsonObject(config) || !isJsonObject(user) || !isJsonObject(first) || !Array.isArray(first['Queues'])) return undefined;
  const queues = listOf(first['Queues']);
  if (queues.some((one) => isJsonObject(one) && one['Name'] === queue)) return text;
  const namespace = { ...first, Queues: [...queues, { Name: queue, Properties: PROPERTIES }] };
  const changed = { ...config, UserConfig: { ...user, Namespaces: [namespace, ...others] } };
  return `${JSON.stringify(changed, null, 2)}\n`;
}

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : [];
}
