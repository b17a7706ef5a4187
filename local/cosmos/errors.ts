const NAMES: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  409: 'Conflict',
  410: 'Gone',
  412: 'PreconditionFailed',
  413: 'RequestEntityTooLarge',
  424: 'FailedDependency',
  429: 'TooManyRequests',
  500: 'InternalServerError',
  503: 'ServiceUnavailable',
};

interface CosmosErrorDetails {
  substatus?: number;
  retryAfterMs?: number;
}

/** What the endpoint refuses, as Cosmos DB would answer it: an HTTP status, a substatus where the SDK looks at one. */
export class CosmosError extends Error {
  readonly code: string;
  readonly status: number;
  readonly substatus: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(status: number, message: string, details: CosmosErrorDetails = {}) {
    super(message);
    this.name = 'CosmosError';
    this.code = NAMES[status] ?? 'InternalServerError';
    this.status = status;
    this.substatus = details.substatus;
    this.retryAfterMs = details.retryAfterMs;
  }
}

export function badRequest(message: string, substatus?: number): CosmosError {
  return new CosmosError(400, message, substatus === undefined ? {} : { substatus });
}

/** A feature of Azure that this endpoint does not have: said plainly instead of answered wrongly. */
export function notOffered(what: string): CosmosError {
  return badRequest(`${what} is not offered by the local Cosmos DB endpoint.`);
}

export function notFound(what: string): CosmosError {
  return new CosmosError(404, `${what} does not exist.`);
}

export function itemNotFound(id: string): CosmosError {
  return new CosmosError(404, `Entity with the id '${id}' does not exist in the given partition.`);
}

export function conflict(what: string): CosmosError {
  return new CosmosError(409, `${what} already exists.`);
}

export function preconditionFailed(message: string, substatus?: number): CosmosError {
  return new CosmosError(412, message, substatus === undefined ? {} : { substatus });
}

export function tooLarge(message: string): CosmosError {
  return new CosmosError(413, message);
}

/** Throttled: the client is expected to wait `retryAfterMs` and repeat the request. */
export function tooManyRequests(retryAfterMs: number): CosmosError {
  return new CosmosError(429, 'The request rate is large. More request units are needed, so no changes were made.', {
    substatus: 3200,
    retryAfterMs,
  });
}
