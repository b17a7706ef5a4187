import { isJsonArray, isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { commonSpecSchema, nodeSchema } from '../../pipeline/document-schema.ts';
import type { NodeDefinition } from '../../pipeline/node-definition.ts';
import { conditional } from './conditional.ts';
import { COMMON_KEYS, NODE_KINDS } from './descriptions.ts';
import { propertiesOf, toDraft07 } from './zod-json-schema.ts';

export const ANY_NODE: JsonObject = { $ref: '#/definitions/node' };
export const INCLUDE: JsonObject = { $ref: '#/definitions/include' };
export const PORTS: JsonObject = {
  anyOf: [{ type: 'object', additionalProperties: { anyOf: [INCLUDE, { $ref: '#/definitions/port' }] } }, INCLUDE],
};

/** A step by name, a list of nodes, or either from another file. */
const BODY: JsonObject = {
  anyOf: [{ type: 'string' }, { type: 'null' }, { type: 'array', items: ANY_NODE }, INCLUDE],
};
const BODY_KEYS: ReadonlySet<string> = new Set(['body', 'else_body', 'then_body']);
/** Read by hexDAG, without effect here. */
const IGNORED_KEYS: Readonly<Record<string, JsonValue>> = { deps: {} };

/** The definitions of all nodes: `node`, and `<kind>` for the spec of each kind. */
export function nodeDefinitions(kinds: Iterable<NodeDefinition>): Readonly<Record<string, JsonObject>> {
  const all = [...kinds];
  const { properties, ...rest } = toDraft07(nodeSchema);
  const names = all.flatMap(({ kind, aliases }) => [kind, ...aliases]);
  const node: JsonObject = {
    ...rest,
    additionalProperties: false,
    properties: {
      ...(isJsonObject(properties) ? properties : {}),
      // A dotted path ends in the name of a kind, which a pattern cannot look up.
      kind: { description: 'What the node does.', anyOf: [{ enum: names }, { type: 'string', pattern: '\\.' }] },
    },
    allOf: all.map(kindRule),
  };
  const specs = all.map((definition) => [definition.kind, kindSpec(definition)] as const);
  return { node: conditional({ required: ['!include'] }, INCLUDE, node), ...Object.fromEntries(specs) };
}

/** What a node's kind asks of its `spec`. A required key may also stand in `settings`. */
function kindRule({ kind, aliases, schema }: NodeDefinition): JsonObject {
  const spec = { $ref: `#/definitions/${kind}` };
  const { required } = toDraft07(schema);
  const rule: JsonObject = { properties: { spec, settings: spec } };
  const complete = { required: ['spec'], properties: { spec: { required: required ?? [] } } };
  return conditional(
    { required: ['kind'], properties: { kind: { enum: [kind, ...aliases] } } },
    required === undefined ? rule : { ...rule, ...conditional({ not: { required: ['settings'] } }, complete) },
  );
}

function kindSpec({ kind, schema }: NodeDefinition): JsonObject {
  const help = NODE_KINDS[kind];
  const own = propertiesOf(toDraft07(schema));
  const common = propertiesOf(toDraft07(commonSpecSchema));
  const described = Object.entries({ ...IGNORED_KEYS, ...common, ports: PORTS, ...own }).map(([key, property]) => {
    const description = help?.keys[key] ?? COMMON_KEYS[key];
    const shape = withBodies({ [key]: property })[key] ?? {};
    return [key, { ...(description === undefined ? {} : { description }), ...(isJsonObject(shape) ? shape : {}) }];
  });
  return {
    ...(help === undefined ? {} : { description: help.about }),
    type: 'object',
    properties: Object.fromEntries(described),
    additionalProperties: false,
  };
}

/** Inner graphs are nodes like any others, however deep they stand. */
function withBodies(properties: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [key, BODY_KEYS.has(key) ? BODY : withinValue(value)]),
  );
}

function withinValue(value: JsonValue): JsonValue {
  if (isJsonArray(value)) return value.map(withinValue);
  return isJsonObject(value) ? withBodies(value) : value;
}
