import { z } from 'zod';

/** What requests and answers of the API are made of, by the names that `openapi.json` gives them. */
export const apiSchemas = z.registry<{ readonly id: string }>();

/** RFC 3339, in UTC. */
export const time = z.iso.datetime();
