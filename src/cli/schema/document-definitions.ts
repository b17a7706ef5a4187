import { isJsonObject, type JsonObject, type JsonValue } from '../../json.ts';
import { headSchema, orchestratorSchema, SPEC_KEYS } from '../../pipeline/head-schema.ts';
import { INACTIVE_SPEC_KEYS } from '../../pipeline/inactive-keys.ts';
import { conditional } from './conditional.ts';
import { ANY_NODE, INCLUDE, PORTS } from './node-schemas.ts';
import { propertiesOf, toDraft07 } from './zod-json-schema.ts';

const TEXT: JsonObject = { type: 'string' };
const MAPPING: JsonObject = { type: 'object' };
const API_VERSION: JsonObject = { description: 'Version of the language.', enum: ['hexdag/v1', 'v1'] };
const METADATA: JsonObject = { type: 'object', required: ['name'], properties: { name: { type: 'string', minLength: 1 } } };

const SPEC_HELP: Readonly<Record<string, string>> = {
  nodes: 'The nodes of the graph. A node that declares and reads nothing follows the one before it.',
  output: 'What the run gives: name → node, or node.path.',
  input_schema: 'What a run must be given: {field: type}, or JSON Schema.',
  output_schema: 'What the output must be: {field: type}, or JSON Schema.',
  orchestrator: 'How the run is driven: max_concurrent_nodes, default_node_timeout, pipeline_timeout.',
  ports: 'Name → adapter that fulfils it.',
  type_ports: 'Kind of node → ports that its nodes have instead of those of the pipeline.',
  services: 'Name → {class, config}: objects whose methods nodes call.',
  state_machines: 'Entity → {initial, transitions, handlers}.',
  custom_types: 'Name → type for schemas, with base, nulls, pattern, clamp and the like.',
  aliases: 'Alias → kind of node.',
  variables: 'Values for build-time templates: {{ spec.variables.name }}.',
  environments: 'Name → {ports, node_overrides}: what differs in an environment.',
};

/** The definitions of everything that is no node. */
export function documentDefinitions(): Readonly<Record<string, JsonObject>> {
  return {
    include: {
      description: 'Takes what another file holds: path.yaml, or path.yaml#key.',
      type: 'object',
      required: ['!include'],
      properties: { '!include': TEXT },
      additionalProperties: false,
    },
    port: portDefinition(),
    Pipeline: pipelineDefinition(),
    Trigger: triggerDefinition(),
    Macro: macroDefinition(),
    Adapter: specDefinition('A named adapter, used by ports as ref.', ['class'], {
      class: TEXT,
      config: MAPPING,
      params: MAPPING,
      capabilities: {},
    }),
    Middleware: specDefinition('A named stack of middleware for ports; the first is the innermost.', ['stack'], {
      stack: { type: 'array', items: { type: ['string', 'object'] } },
    }),
    Config: specDefinition('Defaults for the pipelines of this file.', [], {
      orchestrator: MAPPING,
      logging: {},
      limits: {},
      caps: {},
    }),
    Environment: {
      description: 'What differs in one environment; the file is named for it.',
      type: 'object',
      properties: {
        ports: PORTS,
        node_overrides: MAPPING,
        variables: MAPPING,
        spec: MAPPING,
        metadata: MAPPING,
        description: TEXT,
      },
    },
  };
}

function pipelineDefinition(): JsonObject {
  const document = toDraft07(headSchema);
  const properties = propertiesOf(document);
  const spec = isJsonObject(properties['spec']) ? properties['spec'] : {};
  const known: Record<string, JsonValue> = {
    ...Object.fromEntries(SPEC_KEYS.map((key) => [key, {}])),
    ...Object.fromEntries(
      Object.entries(INACTIVE_SPEC_KEYS).map(([key, remedy]) => [key, { description: `Without effect here. ${remedy}` }]),
    ),
  };
  const written: Record<string, JsonValue> = {
    ...known,
    ...propertiesOf(spec),
    nodes: { anyOf: [{ type: 'array', items: ANY_NODE }, INCLUDE] },
    ports: PORTS,
    type_ports: { type: 'object', additionalProperties: PORTS },
    orchestrator: toDraft07(orchestratorSchema),
  };
  for (const [key, description] of Object.entries(SPEC_HELP)) {
    const shape = written[key];
    written[key] = { description, ...(isJsonObject(shape) ? shape : {}) };
  }
  const strict: JsonObject = { ...spec, properties: written };
  const aliased: JsonObject = {
    ...spec,
    properties: { ...written, nodes: { type: 'array', items: { type: 'object', required: ['kind', 'metadata'] } } },
  };
  return {
    description: 'A graph of nodes that runs once for each event.',
    ...document,
    properties: {
      ...properties,
      apiVersion: API_VERSION,
      // Aliases are kinds of nodes that this schema cannot know.
      spec: conditional({ required: ['aliases'] }, aliased, conditional({ required: ['!include'] }, INCLUDE, strict)),
    },
  };
}

function portDefinition(): JsonObject {
  const adapter = {
    adapter: { description: 'Registered adapter.', ...TEXT },
    name: TEXT,
    config: MAPPING,
    params: MAPPING,
    ref: { description: 'Adapter document of this file.', ...TEXT },
  };
  return {
    type: 'object',
    properties: {
      ...adapter,
      adapters: {
        description: 'A pool of adapters.',
        type: 'array',
        minItems: 1,
        items: { type: 'object', properties: adapter, additionalProperties: false },
      },
      strategy: { description: 'How the pool is used.', enum: ['round_robin', 'failover'] },
      middleware: { description: 'Middleware around the adapter; the first is the innermost.' },
    },
    additionalProperties: false,
  };
}

function triggerDefinition(): JsonObject {
  return {
    description: 'Where events come from, and which pipeline they start.',
    type: 'object',
    required: ['metadata', 'spec'],
    properties: {
      apiVersion: API_VERSION,
      kind: {},
      metadata: METADATA,
      spec: {
        type: 'object',
        required: ['type'],
        anyOf: [{ required: ['pipeline'] }, { required: ['pipelines'] }],
        properties: {
          type: { description: 'Where events come from.', ...TEXT },
          config: { description: 'What the source needs: connection and queue, schedule, path …', ...MAPPING },
          pipeline: { description: 'Name or file of the pipeline that each event starts.', ...TEXT },
          pipelines: { description: 'Pipelines that events choose from.', type: 'array', minItems: 1, items: TEXT },
          key: { description: 'What tells one event from another, such as $.orderId. The same key is the same run.', ...TEXT },
          when: { description: 'Expression; events for which it does not hold start nothing.', ...TEXT },
          input: { description: 'Field of the run input → where in the event it comes from.' },
          schema: { description: 'JSON Schema that the data must fulfil.', ...MAPPING },
        },
      },
    },
    additionalProperties: false,
  };
}

function macroDefinition(): JsonObject {
  const parameter: JsonObject = {
    type: 'object',
    required: ['name'],
    properties: { name: TEXT, type: TEXT, required: { type: 'boolean' }, enum: { type: 'array' }, description: TEXT },
  };
  return {
    description: 'A template of nodes; macro_invocation puts them into a pipeline.',
    type: 'object',
    required: ['metadata'],
    anyOf: [{ required: ['nodes'] }, { required: ['nodes_raw'] }],
    properties: {
      apiVersion: API_VERSION,
      metadata: METADATA,
      parameters: { type: 'array', items: parameter },
      nodes: { description: 'Nodes, with {{ parameter }} in their texts.', type: 'array', items: MAPPING },
      nodes_raw: { description: 'Text that is rendered and then read as a list of nodes.', ...TEXT },
      requires_ports: { type: 'array', items: { type: 'object', required: ['name'] } },
    },
  };
}

function specDefinition(description: string, required: readonly string[], properties: JsonObject): JsonObject {
  return {
    description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: API_VERSION,
      metadata: { type: 'object' },
      spec: { type: 'object', required, properties, additionalProperties: false },
    },
  };
}
