import { Validator } from '@seriousme/openapi-schema-validator';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { JsonObject } from '../../src/json.ts';
import { type DocumentedOperation, operationsOf } from '../api/openapi/read-document.ts';
import { fuzzApi } from './api-fuzz/fuzz.ts';
import { Stack } from './stack.ts';

/** `test/deep` sends more. */
const REQUESTS = 300;

let stack: Stack;
let document: JsonObject;
let operations: readonly DocumentedOperation[];

beforeAll(async () => {
  stack = await Stack.start({ PIPELINES_DIRECTORY: 'test/e2e/api-fuzz/pipelines', AUTH_DISABLED: 'true' }, 'ignore');
  const response = await fetch(`${stack.ready.http}/api/openapi.json`);
  document = z.record(z.string(), z.json()).parse(await response.json());
  operations = operationsOf(document);
});

afterAll(() => stack?.stop());

const hostFunctions = z.array(
  z.object({
    name: z.string(),
    invoke_url_template: z.string().nullable(),
    config: z.object({ bindings: z.array(z.looseObject({ type: z.string(), methods: z.array(z.string()).optional() })) }),
  }),
);

/** Method and path of every function that the host serves under `/api`, but for the one that answers for what is not there. */
async function servedRoutes(): Promise<readonly string[]> {
  const functions = hostFunctions.parse(await (await fetch(`${stack.ready.http}/admin/functions`)).json());
  return functions
    .filter(({ name, invoke_url_template: url }) => url !== null && name !== 'unknownRoute')
    .flatMap(({ invoke_url_template: url, config }) => {
      const methods = config.bindings.flatMap(({ type, methods: taken = [] }) => (type === 'httpTrigger' ? taken : []));
      return methods.map((method) => `${method} ${(url ?? '').replace(`${stack.ready.http}/api`, '').replaceAll('{*', '{')}`);
    });
}

describe('the document of the API', () => {
  it('is valid OpenAPI 3.1', async () => {
    const result = await new Validator().validate(structuredClone(document));

    expect(result).toEqual({ valid: true });
  });

  it('has what the host serves, and nothing else', async () => {
    const served = await servedRoutes();

    // What reads answers HEAD as well, and each pipeline has the route of all for itself.
    const documented = operations
      .filter(({ id }) => !id.startsWith('startRun-'))
      .flatMap(({ method, path }) => (method === 'get' ? [`GET ${path}`, `HEAD ${path}`] : [`POST ${path}`]));
    expect([...served].sort()).toEqual([...documented].sort());
  });
});

describe('the API', () => {
  it('answers whatever comes as its document says', async () => {
    const seed = fc.readConfigureGlobal().seed ?? 0;

    const { answers, faults } = await fuzzApi(stack.ready.http, document, operations, { requests: REQUESTS, seed });

    const asked = new Set([...answers.keys()].map((kind) => kind.split(' ')[0]));
    expect(faults).toEqual([]);
    expect(asked).toEqual(new Set(operations.map(({ id }) => id)));
  });
});
