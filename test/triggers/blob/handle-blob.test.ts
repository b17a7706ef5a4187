import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { MemoryIncomingBlobs } from '../../../src/adapters/mock/memory-incoming-blobs.ts';
import { BlobChangedError, type BlobReference } from '../../../src/ports/incoming-blobs.ts';
import { handleBlob } from '../../../src/triggers/blob/handle-blob.ts';
import type { BlobSource } from '../../../src/triggers/blob/source.ts';
import { type Trigger, triggersOf } from '../../../src/triggers/trigger.ts';
import { compileTriggers } from '../../../src/triggers/trigger-document.ts';
import { createWorld, orderPipeline, type World } from '../fixtures.ts';
import { HTML, OLE, PNG, pdf, ZEROS, zip } from './documents.ts';

let world: World & { readonly blobs: MemoryIncomingBlobs };

beforeEach(() => {
  world = { ...createWorld(), blobs: new MemoryIncomingBlobs() };
});

function trigger(config = "path: 'incoming/{name}'", spec = ''): Trigger<BlobSource> {
  const text = `
kind: Trigger
metadata: { name: drops }
spec:
  type: blob
  config: { ${config} }
  pipeline: order
${spec}`;
  const { triggers, diagnostics } = compileTriggers(text, 'drops.yaml', { pipelines: [orderPipeline] });
  const compiled = triggers.map((one) => one.trigger);
  const [found] = triggersOf(compiled, 'blob');
  if (found === undefined) throw new Error(JSON.stringify(diagnostics));
  return found;
}

function leave(name: string, content: Uint8Array | string): BlobReference {
  return world.blobs.leave({ connection: 'DATA', container: 'incoming', name }, Buffer.from(content));
}

function handle(name: string, by = trigger()): Promise<void> {
  return handleBlob({ container: 'incoming', name }, by, world);
}

async function inputs(): Promise<unknown[]> {
  const { runs } = await world.runs.list({ limit: 100 });
  return runs.map(({ input }) => input);
}

/** What was recorded of refused blobs, by the log that tells of it. */
async function records(): Promise<unknown[]> {
  const names = world.lines.flatMap(({ properties }) => properties?.['record'] ?? []);
  return Promise.all(names.map(async (name) => JSON.parse(String(Buffer.from((await world.artifacts.get(String(name))) ?? [])))));
}

describe('handling a blob', () => {
  it('starts a run with what the blob says of itself', async () => {
    const { etag } = leave('acme/orders.csv', 'a,b\n1,2\n');

    await handle('acme/orders.csv', trigger("path: 'incoming/{customer}/{name}.csv'"));

    expect(await inputs()).toEqual([
      {
        value: expect.objectContaining({
          connection: 'DATA',
          container: 'incoming',
          name: 'acme/orders.csv',
          etag,
          bytes: 8,
          sniffedType: 'text',
          captures: { customer: 'acme', name: 'orders' },
        }),
      },
    ]);
    expect(world.orchestrations.started).toHaveLength(1);
  });

  it.each(['{{ 7*7 }}.pdf', '%2e%2e/x.pdf'])('BL4, BL5: takes the name %s as it is', async (name) => {
    leave(name, pdf());

    await handle(name);

    expect(await inputs()).toMatchObject([{ value: { name, captures: { name } } }]);
  });

  it('BL6: starts one run for each version, however often it comes', async () => {
    leave('a.csv', 'first');
    await handle('a.csv');
    await handle('a.csv');
    leave('a.csv', 'second');

    await handle('a.csv');
    await handle('a.csv');

    expect(await inputs()).toHaveLength(2);
    expect(world.orchestrations.started).toHaveLength(2);
  });

  it('keeps long names apart by keys that are whole characters, wherever they are cut', async () => {
    const names = Array.from({ length: 4 }, (_, index) => `${'x'.repeat(54 + index)}${'😀'.repeat(60)}.csv`);
    for (const name of names) leave(name, 'a,b');

    for (const name of names) await handle(name);

    const keys = (await world.runs.list({ limit: 10 })).runs.map(({ eventKey }) => eventKey);
    expect(new Set(keys).size).toBe(4);
    expect(keys.map((key) => key.isWellFormed())).toEqual([true, true, true, true]);
  });

  it('knows a version again after a deployment that tells more of it', async () => {
    leave('a.json', '{"total":1}');
    await handle('a.json');

    await handle('a.json', trigger("path: 'incoming/{file}', content: json"));

    expect(await inputs()).toHaveLength(1);
    expect(await records()).toEqual([]);
  });

  it('hands a small document over where the trigger asks for it', async () => {
    leave('a.json', '{"total":1}');
    leave('b.txt', 'hello');

    await handle('a.json', trigger("path: 'incoming/{name}', content: json"));
    await handle('b.txt', trigger("path: 'incoming/{name}', content: text"));

    const contents = (await inputs()).map(
      (input) => z.object({ value: z.object({ content: z.json() }) }).parse(input).value.content,
    );
    expect(new Set(contents)).toEqual(new Set(['hello', { total: 1 }]));
  });

  it("leaves alone what the trigger's when leaves out, even if it is broken", async () => {
    leave('draft.pdf', HTML);

    await handle('draft.pdf', trigger(undefined, "  when: not name.startswith('draft')"));

    expect(await inputs()).toEqual([]);
    expect(await records()).toEqual([]);
  });

  it('BL14: skips a blob that is gone, and warns', async () => {
    await handle('gone.csv');

    expect(world.lines).toMatchObject([{ level: 'warn', properties: { code: 'blob_gone', blob: '"gone.csv"' } }]);
    expect(await inputs()).toEqual([]);
  });

  it('BL14: skips a blob that goes while it is looked at', async () => {
    const reference = leave('a.zip', zip([{ name: 'a.txt', content: 'x' }]));
    const open = world.blobs.open.bind(world.blobs);
    world.blobs.open = async (...args) => {
      world.blobs.remove(reference);
      return open(...args);
    };

    await handle('a.zip');

    expect(world.lines).toMatchObject([{ level: 'warn', properties: { code: 'blob_gone' } }]);
  });

  it('BL15: gives a blob back that is written again while it is looked at, and then runs on its last version', async () => {
    leave('a.zip', zip([{ name: 'a.txt', content: 'x' }]));
    const open = world.blobs.open.bind(world.blobs);
    let last: BlobReference | undefined;
    world.blobs.open = async (...args) => {
      last ??= leave('a.zip', zip([{ name: 'b.txt', content: 'xy' }]));
      return open(...args);
    };

    const first = handle('a.zip');
    await expect(first).rejects.toThrow(BlobChangedError);
    await handle('a.zip');

    expect(await inputs()).toMatchObject([{ value: { etag: last?.etag } }]);
  });

  it('records a refused blob once, with what the log shows escaped', async () => {
    const name = 'a\r\nb.pdf';

    await handle(name);
    await handle(name);

    expect(await records()).toMatchObject([
      { reason: 'path_control', trigger: 'drops', container: 'incoming', name },
      { reason: 'path_control' },
    ]);
    expect(new Set(world.lines.map(({ properties }) => properties?.['record'])).size).toBe(1);
    expect(JSON.stringify(world.lines)).not.toMatch(/[\r\n]/);
    expect(world.lines[0]).toMatchObject({ level: 'error', message: 'document refused' });
  });
});

interface BadBlob {
  readonly id: string;
  readonly what: string;
  readonly name?: string;
  readonly content: Uint8Array | string;
  readonly config?: string;
  readonly reason: string;
}

const link = { name: 'link', content: '/etc/passwd', mode: 0o120777 };
const BAD_BLOBS: readonly BadBlob[] = [
  { id: 'BL1', what: 'a way up', name: '../../secrets.json', content: '{}', reason: 'path_invalid' },
  { id: 'BL2', what: 'a line break in the name', name: 'a\r\nb.pdf', content: pdf(), reason: 'path_control' },
  { id: 'BL3', what: 'a name of 1,025 characters', name: 'x'.repeat(1_025), content: 'x', reason: 'path_length' },
  { id: 'BL7', what: 'an empty document', content: '', reason: 'document_empty' },
  {
    id: 'BL8',
    what: '32 MiB of zeros',
    name: 'a.zip',
    content: zip([{ name: 'zeros', content: ZEROS }]),
    reason: 'expansion_ratio',
  },
  {
    id: 'BL9',
    what: 'an entry that climbs',
    name: 'a.zip',
    content: zip([{ name: '../../evil.txt', content: 'x' }]),
    reason: 'entry_path',
  },
  {
    id: 'BL9',
    what: 'an absolute entry',
    name: 'a.zip',
    content: zip([{ name: '/etc/evil', content: 'x' }]),
    reason: 'entry_path',
  },
  {
    id: 'BL9',
    what: 'an entry of another system',
    name: 'a.zip',
    content: zip([{ name: '..\\evil', content: 'x' }]),
    reason: 'entry_path',
  },
  {
    id: 'BL9',
    what: 'an entry on a drive',
    name: 'a.zip',
    content: zip([{ name: 'C:\\evil', content: 'x' }]),
    reason: 'entry_path',
  },
  { id: 'BL10', what: 'a link', name: 'a.zip', content: zip([link]), reason: 'entry_type' },
  {
    id: 'BL11',
    what: 'more than it says',
    name: 'a.zip',
    content: zip([{ name: 'a', content: ZEROS, saysBytes: 10 }]),
    reason: 'size_mismatch',
  },
  {
    id: 'BL11',
    what: 'less than it says',
    name: 'a.zip',
    content: zip([{ name: 'a', content: 'abc', saysBytes: 10 }]),
    reason: 'size_mismatch',
  },
  {
    id: '-',
    what: 'an archive whose entries share their bytes, to be unpacked again and again',
    name: 'a.zip',
    content: zip([{ name: 'a', content: randomBytes(1_000), times: 50 }]),
    reason: 'size_mismatch',
  },
  {
    id: 'BL12',
    what: 'an encrypted zip',
    name: 'a.zip',
    content: zip([{ name: 'a', content: 'x', isEncrypted: true }]),
    reason: 'document_encrypted',
  },
  { id: 'BL12', what: 'an encrypted PDF', name: 'a.pdf', content: pdf('/Encrypt 5 0 R'), reason: 'document_encrypted' },
  { id: 'BL12', what: 'an encrypted document of Office', name: 'a.docx', content: OLE, reason: 'document_encrypted' },
  { id: 'BL13', what: 'HTML for PDF', name: 'a.pdf', content: HTML, reason: 'type_mismatch' },
  { id: 'BL13', what: 'HTML for CSV', name: 'a.csv', content: HTML, reason: 'type_mismatch' },
  { id: 'BL13', what: 'a picture for JSON', name: 'a.json', content: PNG, reason: 'type_mismatch' },
  {
    id: 'BL13',
    what: 'a zip for a document of Office',
    name: 'a.xlsx',
    content: zip([{ name: 'a', content: 'x' }]),
    reason: 'type_mismatch',
  },
  { id: '-', what: 'another encoding', name: 'a.csv', content: Buffer.from('Stra\xdfe;1\n', 'latin1'), reason: 'body_encoding' },
  { id: '-', what: 'UTF-16', name: 'a.csv', content: Buffer.from('\ufeffa,b\n', 'utf16le'), reason: 'body_encoding' },
  {
    id: '-',
    what: 'more than the trigger takes',
    name: 'a.txt',
    content: 'x'.repeat(11),
    config: 'max_bytes: 10',
    reason: 'document_too_large',
  },
  {
    id: '-',
    what: 'a type the trigger does not take',
    name: 'a.txt',
    content: 'x',
    config: 'accept: [csv]',
    reason: 'type_not_accepted',
  },
  {
    id: '-',
    what: 'a find the trigger does not take',
    name: 'a',
    content: PNG,
    config: 'accept: [csv]',
    reason: 'type_not_accepted',
  },
  {
    id: '-',
    what: 'half an archive',
    name: 'a.zip',
    content: zip([{ name: 'a', content: 'x' }]).subarray(0, 40),
    reason: 'archive_unreadable',
  },
  {
    id: '-',
    what: 'an unknown method',
    name: 'a.zip',
    content: zip([{ name: 'a', content: 'x', method: 12 }]),
    reason: 'archive_unreadable',
  },
  { id: '-', what: 'broken JSON', name: 'a.json', content: '{"a":', config: 'content: json', reason: 'body_not_json' },
];

describe('a bad blob', () => {
  it.each(BAD_BLOBS)(
    '$id: $what is refused ($reason), and nothing starts',
    async ({ name = 'a.dat', content, config, reason }) => {
      leave(name, content);
      const path = `path: 'incoming/{name}'${config === undefined ? '' : `, ${config}`}`;

      await handle(name, trigger(path));

      expect(await records()).toMatchObject([{ reason }]);
      expect(world.lines).toMatchObject([{ level: 'error', properties: { code: reason } }]);
      expect(await inputs()).toEqual([]);
      expect(world.orchestrations.started).toEqual([]);
    },
  );

  it.each([
    ['a.csv', 'a;b\n'],
    ['a.csv', '"a","b"\n'],
    ['a.csv', 'BMW,3\n'],
    ['a.csv', '<id>,<name>\n'],
    ['a.txt', 'MZ is what programs begin with'],
    ['a.txt', 'ID3 is what songs begin with'],
    ['a.md', 'BEGIN:VCARD\nVERSION:4.0\n'],
    ['a.jsonl', '{"a":1}\n{"a":2}\n'],
    ['a.json', ' [1]'],
    ['a.pdf', pdf()],
    ['a.png', PNG],
    [
      'a.zip',
      zip([
        { name: 'folder/', content: '' },
        { name: 'folder/a.txt', content: 'x'.repeat(5_000) },
      ]),
    ],
    [
      'a.docx',
      zip([
        { name: '[Content_Types].xml', content: '<Types/>' },
        { name: 'word/document.xml', content: '<a/>' },
      ]),
    ],
    ['a.dat', Buffer.from([0, 1, 2, 3])],
    ['noending', 'anything'],
    ['a.html', HTML],
    ['a.xml', '<?xml version="1.0"?><a/>'],
    ['a.log', HTML],
  ])('%s with what it says is none', async (name, content) => {
    leave(name, content);

    await handle(name);

    expect(await records()).toEqual([]);
    expect(await inputs()).toHaveLength(1);
  });
});
