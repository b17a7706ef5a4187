import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryArtifactStore } from '../../src/adapters/mock/memory-artifact-store.ts';
import type { StepArtifacts } from '../../src/nodes/step-context.ts';
import { ArtifactConflictError, ArtifactNameError } from '../../src/ports/errors.ts';
import { stepArtifacts } from '../../src/run/step-artifacts.ts';

let store: MemoryArtifactStore;

beforeEach(() => {
  store = new MemoryArtifactStore();
});

/** What a new attempt at the node is given. */
function attempt(runId = 'run-1'): StepArtifacts {
  return stepArtifacts(store, { runId, folder: 'check' });
}

async function* pieces(...texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

async function textOf(artifacts: StepArtifacts, name: string): Promise<string | undefined> {
  const opened = await artifacts.open(name);
  const read: Buffer[] = [];
  for await (const piece of opened?.content ?? []) read.push(piece);
  return opened === null ? undefined : Buffer.concat(read).toString();
}

describe('the artifacts of a step', () => {
  it('are streams as well as texts, below the run and the node', async () => {
    const artifacts = attempt();

    const reference = await artifacts.writeStream('a.csv', pieces('a,', 'b\n'), 'text/csv');

    expect(reference).toMatchObject({ name: 'run-1/check/a.csv', bytes: 4, contentType: 'text/csv' });
    expect(await textOf(artifacts, reference.name)).toBe('a,b\n');
  });

  it('stay as an earlier attempt left them, streams too', async () => {
    const first = await attempt().writeStream('a.csv', pieces('first'));

    const second = await attempt().writeStream('a.csv', pieces('second'));

    expect(second).toEqual(first);
    expect(await textOf(attempt(), first.name)).toBe('first');
  });

  it('are not written twice by one attempt', async () => {
    const artifacts = attempt();
    await artifacts.writeStream('a.csv', pieces('first'));

    const again = artifacts.writeStream('a.csv', pieces('second'));

    await expect(again).rejects.toThrow(ArtifactConflictError);
  });

  it('are read within their run alone', async () => {
    const { name } = await attempt('run-1').write('a.csv', 'secret');

    expect(await textOf(attempt('run-1'), name)).toBe('secret');
    expect(await textOf(attempt('run-2'), name)).toBeUndefined();
    expect(await textOf(attempt('run-1'), 'run-1/check/none')).toBeUndefined();
  });

  it.each([
    ['BL3: a name of 1,025 characters', 'x'.repeat(1_025), 'path_length'],
    ['a line break', 'a\nb', 'path_control'],
    ['a way up', '../b', 'path_invalid'],
  ])('refuse %s for good', async (_, file, code) => {
    const writes = [attempt().write(file, 'x'), attempt().writeStream(file, pieces('x'))];

    const outcomes = await Promise.allSettled(writes);

    const reasons = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason);
    expect(reasons).toEqual([expect.any(ArtifactNameError), expect.any(ArtifactNameError)]);
    expect(reasons).toMatchObject([
      { code, retryable: false },
      { code, retryable: false },
    ]);
  });
});
