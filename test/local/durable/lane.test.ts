import { expect, test } from 'vitest';
import { Lane } from '../../../local/durable/lane.ts';

test('a lane runs no more jobs at a time than it may, in their order, and goes on after a failure', async () => {
  const lane = new Lane(2);
  const finish: (() => void)[] = [];
  const begun: number[] = [];
  const job = (id: number) => () => {
    begun.push(id);
    return new Promise<number>((resolve, reject) => finish.push(() => (id === 1 ? reject(new Error('failed')) : resolve(id))));
  };

  const jobs = [1, 2, 3, 4].map((id) => lane.run(job(id)));
  const first = [...begun];
  finish[0]?.();
  const failure = await jobs[0]?.catch(String);
  const afterFailure = [...begun];
  finish[1]?.();
  await jobs[1];
  const afterSuccess = [...begun];

  expect([first, afterFailure, afterSuccess]).toEqual([
    [1, 2],
    [1, 2, 3],
    [1, 2, 3, 4],
  ]);
  expect(failure).toBe('Error: failed');
});
