import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BlobReceipts } from '../../../local/functions-host/blob-receipts.ts';

const version = { functionName: 'f', container: 'c', name: 'a.csv', etag: '0x1' };

let folder: string;
let receipts: BlobReceipts;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'receipts-'));
  receipts = new BlobReceipts(join(folder, 'receipts.db'));
});

afterEach(() => {
  receipts.close();
  rmSync(folder, { recursive: true });
});

function reopen(): void {
  receipts.close();
  receipts = new BlobReceipts(join(folder, 'receipts.db'));
}

describe('receipts of blobs', () => {
  it('keep what was seen and not yet done, whenever the process ends', () => {
    const first = receipts.see(version);
    reopen();

    expect([first, receipts.see(version)]).toEqual([true, false]);
    expect(receipts.pending('f')).toEqual([{ ...version, attempts: 0 }]);
    expect(receipts.pending('g')).toEqual([]);
  });

  it('count failures, and end with success', () => {
    receipts.see(version);
    receipts.failed(version, 'away', false);
    reopen();
    const between = receipts.pending('f');
    receipts.succeeded(version);

    expect(between).toEqual([{ ...version, attempts: 1 }]);
    expect(receipts.pending('f')).toEqual([]);
    expect(receipts.see(version)).toBe(false);
  });

  it('end with the last failure', () => {
    receipts.see(version);
    receipts.failed(version, 'away', true);

    expect(receipts.pending('f')).toEqual([]);
  });

  it('know another version, and another function', () => {
    receipts.see(version);

    const others = [{ etag: '0x2' }, { functionName: 'g' }, { name: 'b.csv' }, { container: 'd' }];

    expect(others.map((other) => receipts.see({ ...version, ...other }))).toEqual([true, true, true, true]);
  });
});
