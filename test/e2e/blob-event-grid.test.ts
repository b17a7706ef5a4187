import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually } from '../helpers/eventually.ts';
import { Stack } from './stack.ts';

const Page = z.object({ runs: z.array(z.object({ runId: z.string(), status: z.string() })) });
const Run = z.object({ output: z.object({ name: z.string() }) });

let stack: Stack;

beforeAll(async () => {
  stack = await Stack.start({ PIPELINES_DIRECTORY: 'test/e2e/blobs', BLOB_TRIGGER_SOURCE: 'EventGrid' }, 'ignore');
});

afterAll(async () => {
  await stack?.stop();
});

async function runs() {
  return Page.parse(await (await fetch(`${stack.ready.http}/api/runs`)).json()).runs;
}

describe('a file that Event Grid tells of', () => {
  it('has one run, however often it is told of, and one nobody tells of has none', async () => {
    const incoming = stack.blobs.getContainerClient('incoming');
    await incoming.createIfNotExists();
    await incoming.getBlockBlobClient('untold.csv').upload('a,b\n', 4);
    const { etag } = await incoming.getBlockBlobClient('told.csv').upload('a,b\n', 4);
    const event = {
      ...{ specversion: '1.0', type: 'Microsoft.Storage.BlobCreated', source: '/subscriptions/x', id: '1' },
      subject: '/blobServices/default/containers/incoming/blobs/told.csv',
      data: { eTag: etag },
    };
    const url = `${stack.ready.http}/runtime/webhooks/blobs?functionName=Host.Functions.documents`;
    const headers = { 'content-type': 'application/cloudevents+json' };

    for (let told = 0; told < 3; told += 1) await fetch(url, { method: 'POST', headers, body: JSON.stringify(event) });
    await eventually(async () => expect(await runs()).toMatchObject([{ status: 'completed' }]));

    const [run] = await runs();
    const { output } = Run.parse(await (await fetch(`${stack.ready.http}/api/runs/${run?.runId}`)).json());
    expect(output.name).toBe('told.csv');
  });
});
