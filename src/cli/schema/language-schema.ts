import type { JsonObject } from '../../json.ts';
import type { NodeDefinition } from '../../pipeline/node-definition.ts';
import { conditional } from './conditional.ts';
import { documentDefinitions } from './document-definitions.ts';
import { nodeDefinitions } from './node-schemas.ts';

const KINDS = ['Pipeline', 'Trigger', 'Macro', 'Adapter', 'Middleware', 'Config'] as const;

/**
 * The documents of the language as one JSON Schema, for editors: what they complete, explain and underline. Draft-07, which is what
 * YAML language servers read best. The compiler checks more than a schema can say.
 */
export function languageSchema(kinds: Iterable<NodeDefinition>): JsonObject {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'hexdag/v1',
    description: 'Pipelines, triggers and what belongs to them.',
    type: 'object',
    properties: {
      apiVersion: { description: 'Version of the language.' },
      kind: { description: 'What the document is.', enum: [...KINDS] },
    },
    allOf: [
      ...KINDS.map((kind) =>
        conditional({ required: ['kind'], properties: { kind: { const: kind } } }, { $ref: `#/definitions/${kind}` }),
      ),
      conditional({ not: { required: ['kind'] } }, { $ref: '#/definitions/Environment' }),
    ],
    definitions: { ...documentDefinitions(), ...nodeDefinitions(kinds) },
  };
}
