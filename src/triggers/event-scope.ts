import type { Lookup } from '../expression/scope.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { EventContent } from './event.ts';

/** The names a trigger's expressions may use; any other name is a member of the body. */
const EVENT_NAMES: readonly string[] = ['body', 'input', '$input', 'event'];

/** `body` (also `input` and `$input`) is the event's data, `event` the rest of its envelope. */
export function eventScope(event: EventContent): Lookup {
  return (name) => {
    if (name === 'event') return envelope(event);
    if (EVENT_NAMES.includes(name)) return event.data;
    return member(event.data, name);
  };
}

function member(data: JsonValue, name: string): JsonValue | undefined {
  return isJsonObject(data) && Object.hasOwn(data, name) ? data[name] : undefined;
}

function envelope({ type, source, subject, correlationId, receivedAt, properties }: EventContent): JsonObject {
  return { type, source, subject: subject ?? null, correlationId: correlationId ?? null, receivedAt, properties };
}
