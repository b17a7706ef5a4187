import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readDocumentFolder } from '../src/document-folder.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hexdag-documents-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(name: string, text = ''): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function read() {
  const content = readDocumentFolder(join(root, 'pipelines'));
  return { ...content, files: content?.files.map(({ name, content: bytes }) => [name, Buffer.from(bytes).toString()]) };
}

describe('the folder of documents', () => {
  it('is read with the folders in it, YAML files only', () => {
    write('pipelines/b.yml', 'b');
    write('pipelines/a.yaml', 'a');
    write('pipelines/shared/more/c.yaml', 'c');
    write('pipelines/notes.txt');
    write('pipelines/.git/d.yaml');

    const { files } = read();

    expect(files).toEqual([
      ['a.yaml', 'a'],
      ['b.yml', 'b'],
      ['shared/more/c.yaml', 'c'],
    ]);
  });

  it('has the environments beside it, unless it has its own of that name', () => {
    write('pipelines/environments/dev.yaml', 'own');
    write('environments/dev.yaml', 'beside');
    write('environments/prod.yaml', 'beside');

    const { files } = read();

    expect(files).toEqual([
      ['environments/dev.yaml', 'own'],
      ['environments/prod.yaml', 'beside'],
    ]);
  });

  it('tells which files cannot be read', () => {
    mkdirSync(join(root, 'pipelines'));
    symlinkSync(join(root, 'nowhere.yaml'), join(root, 'pipelines', 'a.yaml'));

    const { files, unreadable } = read();

    expect([files, unreadable]).toEqual([[], ['a.yaml']]);
  });

  it('may be missing', () => {
    const content = readDocumentFolder(join(root, 'pipelines'));

    expect(content).toBeUndefined();
  });
});
