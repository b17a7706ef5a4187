import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { operationsOf } from '../api/openapi/read-document.ts';
import { fuzzApi } from '../e2e/api-fuzz/fuzz.ts';
import { Stack } from '../e2e/stack.ts';

const REQUESTS = 4_000;

describe('the API', () => {
  it.each([
    ['open to this machine', { AUTH_DISABLED: 'true' }],
    ['behind function keys', {}],
  ])(`answers ${REQUESTS} requests of all sorts as its document says, %s`, async (_, access) => {
    const stack = await Stack.start({ PIPELINES_DIRECTORY: 'test/e2e/api-fuzz/pipelines', ...access }, 'ignore');
    onTestFinished(() => stack.stop());
    const response = await fetch(`${stack.ready.http}/api/openapi.json`);
    const document = z.record(z.string(), z.json()).parse(await response.json());
    const seed = fc.readConfigureGlobal().seed ?? 0;

    const operations = operationsOf(document);
    const { answers, faults } = await fuzzApi(stack.ready.http, document, operations, { requests: REQUESTS, seed });

    const served = new Set([...answers.keys()].filter((kind) => / 20[02]$/.test(kind)).map((kind) => kind.split(' ')[0]));
    expect(faults, `FC_SEED=${seed}`).toEqual([]);
    expect(served, `FC_SEED=${seed}`).toEqual(new Set(operations.map(({ id }) => id)));
  });
});
