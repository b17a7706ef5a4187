import { encodeValue } from '../amqp-values.ts';
import type { MessageContent } from '../sections.ts';
import { withApplicationProperties, withProperties } from '../sections.ts';
import { MessageProperties } from './message-properties.ts';
import { evaluate } from './sql-evaluation.ts';
import { parseAction } from './sql-parser.ts';
import type { ActionStatement } from './sql-syntax.ts';
import { SYSTEM_PROPERTIES, type SystemField } from './system-fields.ts';

/** Positions of the fields in an AMQP properties section. */
const FIELD_POSITIONS: Readonly<Record<SystemField, number>> = {
  messageId: 0,
  to: 2,
  subject: 3,
  replyTo: 4,
  correlationId: 5,
  contentType: 6,
  sessionId: 10,
  replyToSessionId: 12,
};

/**
 * What a rule does to its copy of a message, ready to be done often.
 *
 * @throws BrokerError (argument error) when the text is no action
 */
export function changeBy(expression: string): (content: MessageContent) => MessageContent {
  const statements = parseAction(expression);
  return (content) => statements.reduce(perform, content);
}

/** A property whose new value is unknown is removed. */
function perform(content: MessageContent, statement: ActionStatement): MessageContent {
  const { scope, name } = statement.property;
  const value = statement.kind === 'set' ? evaluate(statement.value, new MessageProperties(content)) : undefined;
  const encoded = value === undefined ? undefined : encodeValue(value);
  if (scope === 'user') return withApplicationProperties(content, new Map([[name, encoded]]));
  const field = SYSTEM_PROPERTIES.get(name);
  return field === undefined ? content : withProperties(content, new Map([[FIELD_POSITIONS[field], encoded]]));
}
