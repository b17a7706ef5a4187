import fc from 'fast-check';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/json.ts';

/** Values that fit a schema, as far as the document's own schemas go; any JSON where it says nothing. */
export function fitting(schema: JsonValue | undefined, document: JsonObject): fc.Arbitrary<JsonValue> {
  if (!isJsonObject(schema)) return anyJson;
  if (typeof schema['$ref'] === 'string') return fitting(at(document, schema['$ref']), document);
  if (isList(schema['enum'])) return fc.constantFrom(...schema['enum']);
  if (isList(schema['anyOf'])) return fc.oneof(...schema['anyOf'].map((one) => fitting(one, document)));
  switch (schema['type']) {
    case 'string':
      return text(schema);
    case 'integer':
      return fc.integer({ min: numberOf(schema['minimum'], 0), max: numberOf(schema['maximum'], 1_000) });
    case 'number':
      return fc.double({ min: numberOf(schema['minimum'], 0), max: numberOf(schema['maximum'], 1e9), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(fitting(schema['items'], document), { maxLength: numberOf(schema['maxItems'], 5) });
    case 'object':
      return objects(schema, document);
    default:
      return anyJson;
  }
}

export const anyJson: fc.Arbitrary<JsonValue> = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)));

function text(schema: JsonObject): fc.Arbitrary<string> {
  if (schema['format'] === 'date-time') return dates.map((date) => date.toISOString());
  if (schema['format'] === 'date') return dates.map((date) => date.toISOString().slice(0, 10));
  if (typeof schema['pattern'] === 'string') return fc.stringMatching(new RegExp(schema['pattern']));
  const lengths = { minLength: numberOf(schema['minLength'], 0), maxLength: numberOf(schema['maxLength'], 64) };
  return fc.string({ ...lengths, unit: 'grapheme-ascii' });
}

const dates = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });

function objects(schema: JsonObject, document: JsonObject): fc.Arbitrary<JsonObject> {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const required = isList(schema['required']) ? schema['required'].filter((name) => typeof name === 'string') : [];
  const members = Object.entries(properties).map(([name, part]) => [name, fitting(part, document)] as const);
  return fc.record(Object.fromEntries(members), { requiredKeys: required });
}

function at(document: JsonObject, reference: string): JsonValue | undefined {
  const parts = reference.replace(/^#\//, '').split('/');
  return parts.reduce<JsonValue | undefined>((value, part) => (isJsonObject(value) ? value[part] : undefined), document);
}

function numberOf(value: JsonValue | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
