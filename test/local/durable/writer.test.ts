import { expect, test } from 'vitest';
import { DurableStore, SCHEMA } from '../../../local/durable/store.ts';
import { Writer } from '../../../local/durable/writer.ts';
import { openDatabase } from '../../../local/sqlite/database.ts';
import { GroupCommit } from '../../../local/sqlite/group-commit.ts';
import { ManualClock } from '../../helpers/manual-clock.ts';

function arrange() {
  const database = openDatabase(':memory:', SCHEMA);
  const store = new DurableStore(database);
  const clock = new ManualClock();
  let reportFailure = (_: unknown) => {};
  const failure = new Promise<unknown>((resolve) => {
    reportFailure = resolve;
  });
  const writer = new Writer({ store, commits: new GroupCommit(database), clock, onFailure: (error) => reportFailure(error) });
  return { writer, clock, store, failure };
}

test('a commit that fails is reported and tried again until it succeeds', async () => {
  const { writer, clock, store, failure } = arrange();
  const failures = [new Error('disk full')];

  const written = writer.commit(() => {
    store.insertMessage(1, 1, '{}');
    const error = failures.pop();
    if (error !== undefined) throw error;
    return 'written';
  });
  const reported = await failure;
  await Promise.resolve();
  clock.advance(1_000);

  expect(reported).toEqual(new Error('disk full'));
  expect(await written).toBe('written');
  expect(store.messages()).toHaveLength(1);
});

test('a writer that has given up rejects what fails', async () => {
  const { writer } = arrange();
  writer.giveUp();

  const written = writer.commit(() => {
    throw new Error('disk full');
  });

  await expect(written).rejects.toThrow('disk full');
});
