/** A client of the HTTP API for other programs. It needs nothing but `fetch`, so this folder can be copied into any project. */
export { HexdagClient } from './client.ts';
export { HexdagClientError } from './errors.ts';
export type * from './options.ts';
export type * from './types.ts';
