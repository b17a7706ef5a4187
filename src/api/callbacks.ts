import type { CallbackStore } from '../ports/callback-store.ts';
import type { Clock } from '../ports/clock.ts';
import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';
import { readQuery } from './query.ts';
import { callbackQuery } from './schemas/requests.ts';

export interface CallbackDependencies {
  readonly callbacks: CallbackStore;
  readonly clock: Clock;
}

/** Of one request, which is to be answered in time. */
export const REDRIVE_LIMIT = 500;

/** `GET /callbacks?limit`: the callbacks that were given up. */
export async function listCallbacks({ query }: ApiRequest, { callbacks }: CallbackDependencies): Promise<ApiResponse> {
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
}

/** `POST /callbacks/redrive`: what was given up is delivered again, with as much patience as the first time. */
export async function redriveCallbacks(_: ApiRequest, { callbacks, clock }: CallbackDependencies): Promise<ApiResponse> {
  const now = new Date(clock.now()).toISOString();
  const givenUp = await callbacks.givenUp(REDRIVE_LIMIT);
  await Promise.all(givenUp.map(({ event }) => callbacks.update({ event, attempts: 0, keptAt: now, due: now })));
  return jsonResponse(202, { redriven: givenUp.length });
}
