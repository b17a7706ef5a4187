import type { CallbackStore } from '../ports/callback-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { answer } from './answer.ts';
import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';
import { readQuery } from './query.ts';
import { callbackQuery } from './schemas/requests.ts';

export interface CallbackDependencies {
  readonly callbacks: CallbackStore;
  readonly clock: Clock;
  readonly log: Log;
}

/** Of one request, which is to be answered in time. */
export const REDRIVE_LIMIT = 500;
const AT_ONCE = 100;

/** `GET /callbacks?limit`: the callbacks that were given up. */
export function listCallbacks({ query }: ApiRequest, { callbacks, log }: CallbackDependencies): Promise<ApiResponse> {
  return answer('listCallbacks', log, async () => {
    const read = readQuery(callbackQuery, query);
    if ('problem' in read) return read.problem;
    const givenUp = await callbacks.givenUp(read.value.limit);
    const listed = givenUp.map(({ event, keptAt, attempts, failure }) => ({
      eventId: event.id,
      type: event.type,
      runId: event.subject,
      since: keptAt,
      attempts,
      ...(failure === undefined ? {} : { failure }),
    }));
    return jsonResponse(200, { callbacks: listed });
  });
}

/** `POST /callbacks/redrive`: what was given up is delivered again, with as much patience as the first time. */
export function redriveCallbacks(_: ApiRequest, { callbacks, clock, log }: CallbackDependencies): Promise<ApiResponse> {
  return answer('redriveCallbacks', log, async () => {
    const now = new Date(clock.now()).toISOString();
    let redriven = 0;
    while (redriven < REDRIVE_LIMIT) {
      const givenUp = await callbacks.givenUp(AT_ONCE);
      await Promise.all(givenUp.map(({ event }) => callbacks.update({ event, attempts: 0, keptAt: now, due: now })));
      redriven += givenUp.length;
      if (givenUp.length < AT_ONCE) break;
    }
    return jsonResponse(202, { redriven });
  });
}
