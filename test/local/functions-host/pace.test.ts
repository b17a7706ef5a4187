import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Pace } from '../../../local/functions-host/pace.ts';

it('lets so many begin at each turn of the event loop, in their order', async () => {
  const pace = new Pace(2);
  const begun: number[] = [];
  for (const number of [1, 2, 3, 4, 5]) void pace.begin().then(() => begun.push(number));
  const seen: number[][] = [];

  for (let turns = 0; turns < 3; turns += 1) {
    await Promise.resolve();
    seen.push([...begun]);
    await turn();
  }

  expect(seen).toEqual([
    [1, 2],
    [1, 2, 3, 4],
    [1, 2, 3, 4, 5],
  ]);
});

it('lets those begin at once who come after a pause', async () => {
  const pace = new Pace(1);
  await pace.begin();
  await turn();
  await turn();
  let begun = false;

  void pace.begin().then(() => {
    begun = true;
  });
  await Promise.resolve();

  expect(begun).toBe(true);
});
