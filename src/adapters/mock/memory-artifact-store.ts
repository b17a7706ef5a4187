import { createHash, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { ArtifactReference, ArtifactStore, OpenArtifact } from '../../ports/artifact-store.ts';
import type { Clock } from '../../ports/clock.ts';
import { ArtifactConflictError } from '../../ports/errors.ts';
import { assertArtifactName } from '../artifact-name.ts';

const SYSTEM_CLOCK: Clock = { now: () => Date.now() };
const SECOND_MS = 1_000;

/** An artifact store that lasts as long as the process. */
export class MemoryArtifactStore implements ArtifactStore {
  readonly #artifacts = new Map<string, { readonly reference: ArtifactReference; readonly content: Uint8Array }>();
  readonly #links = new Map<string, { readonly name: string; readonly until: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock = SYSTEM_CLOCK) {
    this.#clock = clock;
  }

  async put(name: string, content: Uint8Array, contentType: string): Promise<ArtifactReference> {
    assertArtifactName(name);
    const sha256 = createHash('sha256').update(content).digest('hex');
    const stored = this.#artifacts.get(name);
    if (stored && stored.reference.sha256 !== sha256) throw new ArtifactConflictError(stored.reference);
    if (stored) return stored.reference;
    const reference = { name, sha256, bytes: content.byteLength, contentType };
    this.#artifacts.set(name, { reference, content: Uint8Array.from(content) });
    return reference;
  }

  async get(name: string): Promise<Uint8Array | null> {
    assertArtifactName(name);
    return this.#artifacts.get(name)?.content ?? null;
  }

  async putStream(name: string, content: AsyncIterable<Uint8Array>, contentType: string): Promise<ArtifactReference> {
    assertArtifactName(name);
    const pieces: Uint8Array[] = [];
    for await (const piece of content) pieces.push(piece);
    return this.put(name, Buffer.concat(pieces), contentType);
  }

  async open(name: string): Promise<OpenArtifact | null> {
    assertArtifactName(name);
    const stored = this.#artifacts.get(name);
    if (stored === undefined) return null;
    return { reference: stored.reference, content: Readable.from([Buffer.from(stored.content)], { objectMode: false }) };
  }

  async describe(name: string): Promise<ArtifactReference | null> {
    assertArtifactName(name);
    return this.#artifacts.get(name)?.reference ?? null;
  }

  async link(name: string, until: number): Promise<string | null> {
    assertArtifactName(name);
    if (!this.#artifacts.has(name)) return null;
    const url = `memory:${randomUUID()}`;
    this.#links.set(url, { name, until: until - (until % SECOND_MS) });
    return url;
  }

  /** What a link opens: nothing once its time is up. */
  follow(url: string): Uint8Array | null {
    const link = this.#links.get(url);
    if (link === undefined || this.#clock.now() > link.until) return null;
    return this.#artifacts.get(link.name)?.content ?? null;
  }
}
