import rhea from 'rhea';
import type { MessageContent } from '../sections.ts';
import { encodedProperties } from '../sections.ts';
import type { PropertyName } from './sql-syntax.ts';
import { SYSTEM_PROPERTIES, type SystemField } from './system-fields.ts';

/** What `rhea` calls the fields that rules read. */
const DECODED_NAMES: Readonly<Record<SystemField, string>> = {
  messageId: 'message_id',
  to: 'to',
  subject: 'subject',
  replyTo: 'reply_to',
  correlationId: 'correlation_id',
  contentType: 'content_type',
  sessionId: 'group_id',
  replyToSessionId: 'reply_to_group_id',
};

/** The properties of one message as rules see them; read from its bytes when the first is asked for. */
export class MessageProperties {
  readonly #content: MessageContent;
  #decoded: Readonly<Record<string, unknown>> | undefined;

  constructor(content: MessageContent) {
    this.#content = content;
  }

  has(name: PropertyName): boolean {
    return this.value(name) !== undefined;
  }

  /** Undefined when the property is not there, null when it is there without a value. */
  value({ scope, name }: PropertyName): unknown {
    if (scope === 'user') return this.#own(name);
    const field = SYSTEM_PROPERTIES.get(name);
    return field === undefined ? undefined : this.field(field);
  }

  /** Undefined when the field is not set. */
  field(field: SystemField): unknown {
    return this.#message[DECODED_NAMES[field]] ?? undefined;
  }

  #own(name: string): unknown {
    const properties = this.#message['application_properties'];
    if (typeof properties !== 'object' || properties === null || !Object.hasOwn(properties, name)) return undefined;
    return Reflect.get(properties, name);
  }

  get #message(): Readonly<Record<string, unknown>> {
    this.#decoded ??= decode(this.#content);
    return this.#decoded;
  }
}

/** A message whose properties cannot be read has none that a rule could match. */
function decode(content: MessageContent): Readonly<Record<string, unknown>> {
  try {
    return { ...rhea.message.decode(encodedProperties(content)) };
  } catch {
    return {};
  }
}
