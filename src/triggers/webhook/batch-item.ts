import { type Rejection, refuse } from '../rejection.ts';

/** Why a whole batch is refused for one of its items, which is counted from 0. */
export function itemRejection(index: number, { code, message, path, faults }: Rejection): Rejection {
  const what = `Item ${index} of the batch, counted from 0, is refused, and with it all others`;
  return refuse('batch_item_invalid', `${what}: ${message}`, {
    item: { index, code },
    ...(path === undefined ? {} : { path: path.replace('$', `$[${index}]`) }),
    ...(faults === undefined ? {} : { faults }),
  }).rejection;
}
