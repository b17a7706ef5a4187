import { isJsonObject, type JsonValue } from '../../json.ts';
import { type Reading, read, refuse } from '../rejection.ts';
import { requiredTextFault } from '../required-texts.ts';

/** An event in Event Grid's own schema. */
export interface EventGridEvent {
  readonly id: string;
  readonly type: string;
  /** The topic; events of a topic of one's own may leave it to Event Grid. */
  readonly source: string | undefined;
  readonly subject?: string;
  readonly data: JsonValue;
}

export function readEventGridEvent(value: JsonValue): Reading<EventGridEvent> {
  if (!isJsonObject(value)) return refuse('attribute_missing', 'An event of Event Grid is an object with id and eventType.');
  const fault = requiredTextFault(value, ['id', 'eventType'], 'member');
  if (fault !== undefined) return { kind: 'refused', rejection: fault };
  const { id, eventType, topic, subject, data = null } = value;
  return read({
    id: String(id),
    type: String(eventType),
    source: typeof topic === 'string' && topic !== '' ? topic : undefined,
    ...(typeof subject === 'string' && subject !== '' ? { subject } : {}),
    data,
  });
}
