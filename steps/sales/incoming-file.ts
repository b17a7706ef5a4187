import { z } from 'zod';

/** A file that came in, as its event names it. */
export const IncomingFile = z.object({
  connection: z.string(),
  container: z.string(),
  name: z.string(),
  etag: z.string(),
  bytes: z.int().nonnegative(),
});

/** An artifact, as whoever wrote it got its reference. */
export const Artifact = z.object({ name: z.string(), bytes: z.int(), sha256: z.string(), contentType: z.string() });
