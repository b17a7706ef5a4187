/** Where the time comes from outside an orchestration (inside, only from the durable context). */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
}
