import { BrokerError, CONDITION } from '../errors.ts';
import type { MessageProperties } from './message-properties.ts';
import { isFulfilled } from './sql-evaluation.ts';
import { parseCondition } from './sql-parser.ts';
import { SYSTEM_FIELDS, type SystemField } from './system-fields.ts';

export type PropertyValue = string | number | boolean | Date;

/** Equal values that a message must have: those of its fields, and those of its application properties. */
export interface Correlation {
  readonly fields: Readonly<Partial<Record<SystemField, string>>>;
  readonly properties: Readonly<Record<string, PropertyValue>>;
}

/** Which messages a rule is about. */
export type Filter =
  | { readonly kind: 'true' | 'false' }
  | { readonly kind: 'sql'; readonly expression: string }
  | ({ readonly kind: 'correlation' } & Correlation);

/**
 * The test of a filter, ready to be asked often.
 *
 * @throws BrokerError (argument error) when the filter is none
 */
export function testOf(filter: Filter): (message: MessageProperties) => boolean {
  switch (filter.kind) {
    case 'true':
      return () => true;
    case 'false':
      return () => false;
    case 'sql': {
      const condition = parseCondition(filter.expression);
      return (message) => isFulfilled(condition, message);
    }
    case 'correlation':
      return correlationTest(filter);
  }
}

function correlationTest({ fields, properties }: Correlation): (message: MessageProperties) => boolean {
  const wantedFields = SYSTEM_FIELDS.filter((field) => fields[field] !== undefined);
  const wantedProperties = Object.entries(properties);
  if (wantedFields.length + wantedProperties.length === 0) {
    throw new BrokerError(CONDITION.argumentError, 'A correlation filter must name at least one property.');
  }
  return (message) =>
    wantedFields.every((field) => message.field(field) === fields[field]) &&
    wantedProperties.every(([name, value]) => isEqual(message.value({ scope: 'user', name }), value));
}

function isEqual(found: unknown, wanted: PropertyValue): boolean {
  if (found instanceof Date && wanted instanceof Date) return found.getTime() === wanted.getTime();
  return found === wanted;
}
