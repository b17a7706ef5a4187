import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';

const WRITING = [
  'writeFileSync',
  'mkdirSync',
  'appendFileSync',
  'rmSync',
  'renameSync',
  'writeFile',
  'createWriteStream',
] as const;

/** A folder to run commands in, which sees whether they write anywhere else. */
export class Sandbox {
  readonly #root = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'hexdag-fuzz-')));
  /** Two levels deep, so that `../x` is still nobody's file. */
  readonly #folder = join(this.#root, 'a', 'b');
  readonly #before = process.cwd();
  readonly #originals = WRITING.map((name) => [name, fs[name]] as const);
  readonly #strays: string[] = [];

  constructor() {
    fs.mkdirSync(this.#folder, { recursive: true });
    process.chdir(this.#folder);
  }

  /** Puts these files, and nothing else, into the folder. */
  fill(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const name of fs.readdirSync(this.#folder)) fs.rmSync(join(this.#folder, name), { recursive: true });
    for (const [name, content] of Object.entries(files)) {
      fs.mkdirSync(dirname(join(this.#folder, name)), { recursive: true });
      fs.writeFileSync(join(this.#folder, name), content);
    }
  }

  /** Runs the work, and gives the paths outside the folder that it wrote to. */
  async watch(work: () => Promise<void>): Promise<readonly string[]> {
    this.#strays.length = 0;
    for (const [name, original] of this.#originals) {
      Object.assign(fs, {
        [name]: (path: unknown, ...rest: unknown[]) => {
          const target = resolve(String(path));
          if (target !== this.#folder && !target.startsWith(this.#folder + sep)) this.#strays.push(target);
          return Reflect.apply(original, fs, [path, ...rest]);
        },
      });
    }
    syncBuiltinESMExports();
    try {
      await work();
    } finally {
      Object.assign(fs, Object.fromEntries(this.#originals));
      syncBuiltinESMExports();
    }
    return [...this.#strays];
  }

  close(): void {
    process.chdir(this.#before);
    fs.rmSync(this.#root, { recursive: true, force: true });
  }
}
