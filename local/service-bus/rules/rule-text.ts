import { z } from 'zod';
import type { PropertyValue } from './filter.ts';
import type { Rule } from './rule.ts';
import { SYSTEM_FIELDS } from './system-fields.ts';

const storedValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.strictObject({ date: z.number() }).transform(({ date }) => new Date(date)),
]);

const filter = z.discriminatedUnion('kind', [
  z.object({ kind: z.enum(['true', 'false']) }),
  z.object({ kind: z.literal('sql'), expression: z.string() }),
  z.object({
    kind: z.literal('correlation'),
    fields: z.partialRecord(z.enum(SYSTEM_FIELDS), z.string()),
    properties: z.record(z.string(), storedValue),
  }),
]);

const storedRule = z.object({ name: z.string(), filter, action: z.string().optional() });

/** The rule as it is stored. */
export function ruleToText(rule: Rule): string {
  const { filter } = rule;
  if (filter.kind !== 'correlation') return JSON.stringify(rule);
  const properties = Object.fromEntries(Object.entries(filter.properties).map(([name, value]) => [name, storable(value)]));
  return JSON.stringify({ ...rule, filter: { ...filter, properties } });
}

export function ruleFromText(text: string): Rule {
  const { name, filter, action } = storedRule.parse(JSON.parse(text));
  return { name, filter, action };
}

function storable(value: PropertyValue): unknown {
  return value instanceof Date ? { date: value.getTime() } : value;
}
