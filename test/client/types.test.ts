import { join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { artifactLink } from '../../src/api/schemas/artifact-link.ts';
import type { artifactList } from '../../src/api/schemas/artifact-list.ts';
import type { callbackList, redriveAnswer } from '../../src/api/schemas/callbacks.ts';
import type { controlAnswer } from '../../src/api/schemas/control-answer.ts';
import type { eventAnswer } from '../../src/api/schemas/event-answer.ts';
import type { health } from '../../src/api/schemas/health.ts';
import type { problemDocument } from '../../src/api/schemas/problem.ts';
import type { readiness } from '../../src/api/schemas/readiness.ts';
import type { retryAnswer } from '../../src/api/schemas/retry-answer.ts';
import type { run } from '../../src/api/schemas/run.ts';
import type { runPage } from '../../src/api/schemas/run-page.ts';
import type { startAnswer } from '../../src/api/schemas/start-answer.ts';
import type { triggerList } from '../../src/api/schemas/trigger-list.ts';
import type {
  ArtifactLink,
  ArtifactList,
  CallbackList,
  ControlAnswer,
  EventAnswer,
  Health,
  Problem,
  Readiness,
  RedriveAnswer,
  RetryAnswer,
  Run,
  RunPage,
  StartAnswer,
  TriggerList,
} from '../../src/client/types.ts';

const ROOT = join(import.meta.dirname, '..', '..');

type Frozen<T> = T extends readonly (infer Part)[]
  ? readonly Frozen<Part>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** What a schema describes, as a client reads it. */
type Described<Schema extends z.ZodType> = Frozen<z.infer<Schema>>;

describe('the client', () => {
  it('has the types that the schemas of the API describe, as the compiler checks', () => {
    expectTypeOf<Frozen<Run>>().toEqualTypeOf<Described<typeof run>>();
    expectTypeOf<Frozen<RunPage>>().toEqualTypeOf<Described<typeof runPage>>();
    expectTypeOf<StartAnswer>().toEqualTypeOf<Described<typeof startAnswer>>();
    expectTypeOf<EventAnswer>().toEqualTypeOf<Described<typeof eventAnswer>>();
    expectTypeOf<ControlAnswer>().toEqualTypeOf<Described<typeof controlAnswer>>();
    expectTypeOf<Frozen<Problem>>().toEqualTypeOf<Described<typeof problemDocument>>();
    expectTypeOf<Frozen<TriggerList>>().toEqualTypeOf<Described<typeof triggerList>>();
    expectTypeOf<RetryAnswer>().toEqualTypeOf<Described<typeof retryAnswer>>();
    expectTypeOf<Frozen<ArtifactList>>().toEqualTypeOf<Described<typeof artifactList>>();
    expectTypeOf<ArtifactLink>().toEqualTypeOf<Described<typeof artifactLink>>();
    expectTypeOf<Frozen<Readiness>>().toEqualTypeOf<Described<typeof readiness>>();
    expectTypeOf<Frozen<CallbackList>>().toEqualTypeOf<Described<typeof callbackList>>();
    expectTypeOf<RedriveAnswer>().toEqualTypeOf<Described<typeof redriveAnswer>>();
    expectTypeOf<Frozen<Health>>().toEqualTypeOf<Described<typeof health>>();
  });

  it('is a folder of its own: it needs nothing of the app, no package and no module of Node', async () => {
    const entryPoints = [join(ROOT, 'src/client/index.ts')];

    const { metafile } = await build({
      entryPoints,
      bundle: true,
      write: false,
      metafile: true,
      format: 'esm',
      absWorkingDir: ROOT,
    });

    const files = Object.entries(metafile.inputs);
    const imported = files.flatMap(([, { imports }]) => imports.filter(({ external }) => external));
    expect(files.map(([file]) => file).filter((file) => !file.startsWith('src/client/'))).toEqual([]);
    expect(imported).toEqual([]);
  });
});
