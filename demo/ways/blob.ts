import { BlobServiceClient } from '@azure/storage-blob';
import { untilThere } from '../observe.ts';
import { countRuns, type RunEnded } from '../run-events.ts';
import type { Fault, Judgement, WayIn } from './way-in.ts';

const CONTAINER = 'incoming';
const HEAD = 'sku,customer,quantity,unitPrice\n';
/** Good files, one of them with a row that is none; and a picture that calls itself a table. */
const FILES: readonly (readonly [name: string, content: string])[] = [
  ['sales/monday.csv', `${HEAD}TEA-GREEN,Ada,2,7.5\nPOT-1L,Bob,1,24.9\n`],
  ['sales/tuesday.csv', `${HEAD}TEA-GREEN,Ada,2,7.5\nPOT-1L,Bob,many,24.9\n`],
  ['sales/wednesday.csv', `${HEAD}CUP-SET,Eve,1,18\n`],
  ['sales/thursday.csv', '\u0089PNG\r\n\u001a\n'],
];

const RUNS = 3;

/** Files that somebody drops: each is a run, unless it is not what its name says. */
export class BlobWay implements WayIn {
  readonly name = 'blob drop';
  readonly #blobs: BlobServiceClient;

  constructor(connectionString: string) {
    this.#blobs = BlobServiceClient.fromConnectionString(connectionString);
  }

  isDone(runs: readonly RunEnded[]): boolean {
    return countRuns(runs) >= RUNS;
  }

  owns({ pipeline }: RunEnded): boolean {
    return pipeline === 'sales-import';
  }

  async send(): Promise<void> {
    const container = this.#blobs.getContainerClient(CONTAINER);
    await container.createIfNotExists();
    for (const [name, content] of FILES) {
      const bytes = Buffer.from(content, 'latin1');
      await container.getBlockBlobClient(name).uploadData(bytes);
    }
  }

  async judge(runs: readonly RunEnded[]): Promise<Judgement> {
    const refused = await untilThere(() => this.#refusals());
    const completed = runs.filter(({ status }) => status === 'completed').length;
    const seen = `${completed} runs completed, refused: ${refused.join(', ') || 'nothing'}`;
    const isAsExpected = completed === RUNS && runs.length === RUNS && refused.join() === 'type_mismatch';
    const expected = `${RUNS} runs completed, refused: type_mismatch`;
    const faults: Fault[] = isAsExpected ? [] : [{ what: this.name, expected, seen }];
    return { sent: FILES.length, refused, faults };
  }

  /** What the app has recorded of files that it would not take. */
  async #refusals(): Promise<string[]> {
    const artifacts = this.#blobs.getContainerClient('artifacts');
    const reasons: string[] = [];
    for await (const { name } of artifacts.listBlobsFlat({ prefix: 'rejected/sales/' })) {
      const record: { readonly reason: string } = JSON.parse(String(await artifacts.getBlobClient(name).downloadToBuffer()));
      reasons.push(record.reason);
    }
    return reasons;
  }
}
