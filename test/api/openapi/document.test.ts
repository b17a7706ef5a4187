import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { openApiDocument } from '../../../src/api/openapi/document.ts';
import type { DocumentedPipeline } from '../../../src/api/openapi/pipelines.ts';
import { REJECTION_STATUS } from '../../../src/api/problem.ts';
import { ROUTES } from '../../../src/api/routes.ts';
import { CODES } from '../../../src/codes/catalogue.ts';
import type { JsonObject } from '../../../src/json.ts';
import { operationsOf, refusalCodes } from './read-document.ts';

function pipeline(name: string, inputSchema?: JsonObject, outputSchema?: JsonObject): DocumentedPipeline {
  return {
    name,
    plan: { ...(inputSchema === undefined ? {} : { inputSchema }), ...(outputSchema === undefined ? {} : { outputSchema }) },
  };
}

/** An input that refers to parts of itself. */
const RECURSIVE: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://shop.example/order',
  'x-hexdag-coerce': true,
  type: 'object',
  required: ['default'],
  properties: { default: { $ref: '#/$defs/part', 'x-hexdag-sanitize': ['trim'] } },
  $defs: { part: { type: 'object', properties: { parts: { type: 'array', items: { $ref: '#/$defs/part' } } } } },
};

/** With a name that looks like a keyword and data that looks like a reference, which the validator cannot tell apart. */
const MISLEADING: JsonObject = {
  ...RECURSIVE,
  properties: {
    default: { $ref: '#/$defs/part' },
    $ref: { type: 'string' },
    note: { const: { $ref: '#/$defs/part' } },
  },
};

const PIPELINES = [
  pipeline('order-processing', RECURSIVE, { type: 'object', properties: { paymentId: { type: 'string' } } }),
  pipeline('Größe %2F/..', { type: 'object' }),
  pipeline('plain'),
];

describe('the OpenAPI document', () => {
  it.each([
    ['no pipeline', []],
    ['pipelines of all sorts', PIPELINES],
  ])('is valid with %s', async (_, pipelines) => {
    const validator = new Validator();

    const result = await validator.validate(structuredClone(openApiDocument(pipelines)));

    expect(result).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('has no operation of one name twice, and a sentence for each', () => {
    const operations = operationsOf(openApiDocument(PIPELINES));

    const names = operations.map(({ id }) => id);
    expect(names).toEqual([...new Set(names)]);
    expect(operations.filter(({ summary }) => !/^[A-Z].*\.$/.test(summary))).toEqual([]);
  });

  it('says with each operation which role a token needs, or a key', () => {
    const operations = operationsOf(openApiDocument([]));

    expect(operations.map(({ id, security }) => [id, security])).toEqual(
      ROUTES.map(({ operation, role }) => [operation, role === 'anyone' ? [] : [{ entraToken: [role] }, { functionKey: [] }]]),
    );
  });

  it('tells that an artifact is bytes of any type, and JSON where a link is asked for', () => {
    const artifact = operationsOf(openApiDocument([])).find(({ id }) => id === 'getArtifact');

    expect(artifact?.parameters).toContainEqual(
      expect.objectContaining({ in: 'query', name: 'link', schema: { type: 'boolean' } }),
    );
    expect(artifact?.responses.get(200)?.content).toEqual({
      '*/*': { schema: {} },
      // An artifact may be JSON itself.
      'application/json': { schema: { anyOf: [{ $ref: '#/components/schemas/ArtifactLink' }, {}] } },
    });
  });

  it('tells codes that the catalogue explains, each with its status', () => {
    const refusals = operationsOf(openApiDocument(PIPELINES)).flatMap(refusalCodes);

    const unexplained = refusals.filter(({ code }) => !CODES.has(code));
    const misplaced = refusals.filter(
      ({ status, code }) => (new Map(Object.entries(REJECTION_STATUS)).get(code) ?? status) !== status,
    );
    expect(refusals.length).toBeGreaterThan(100);
    expect(unexplained).toEqual([]);
    // A body may name a pipeline that is not there (422), and so may a path.
    expect(misplaced.filter(({ code }) => code !== 'pipeline_unknown')).toEqual([]);
  });
});

describe('a pipeline in the OpenAPI document', () => {
  const document = openApiDocument(PIPELINES);

  it('has a path of its own, with its input', () => {
    const operation = operationsOf(document).find(({ id }) => id === 'startRun-order-processing');

    expect(operation).toMatchObject({
      path: '/pipelines/order-processing/runs',
      method: 'post',
      body: {
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/order-processing.Input' } },
          'application/cloudevents+json': {},
        },
      },
    });
  });

  it('takes what fits its schema, wherever that refers to', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    addFormats(ajv);
    ajv.addSchema({ ...openApiDocument([pipeline('odd', MISLEADING)]), $id: 'openapi:' });
    const validate = ajv.compile({ $ref: 'openapi:#/components/schemas/odd.Input' });

    const fits = [
      { default: { parts: [{ parts: [] }] }, note: { $ref: '#/$defs/part' } },
      { default: {}, $ref: 'x' },
    ];
    const fitsNot = [{}, { default: { parts: [{ parts: 1 }] } }, { default: {}, $ref: 1 }, { default: {}, note: {} }];

    expect(fits.map((input) => validate(input))).toEqual([true, true]);
    expect(fitsNot.map((input) => validate(input))).toEqual([false, false, false, false]);
  });

  it('shows nothing that is for this app alone', () => {
    expect(JSON.stringify(document)).not.toMatch(/x-hexdag|shop\.example/);
  });

  it('without a schema takes any JSON', () => {
    const operation = operationsOf(document).find(({ id }) => id === 'startRun-plain');

    expect(operation?.body).toMatchObject({ required: true, content: { 'application/json': { schema: {} } } });
  });

  it('may have any name', () => {
    const operation = operationsOf(document).find(({ path }) => path.includes('Gr%C3%B6%C3%9Fe%20%252F%2F..'));

    expect(operation?.body).toMatchObject({
      content: { 'application/json': { schema: { $ref: '#/components/schemas/Gr__e__2F_...Input' } } },
    });
  });
});
