import { DependencyRefusedError } from '../ports/errors.ts';

const MAX_CHARACTERS = 1_024;
/** Letters, digits and what file names commonly hold; no segment that begins with a dot, none that is empty. */
const NAME = /^[\p{L}\p{N}_-][\p{L}\p{N} ._()@+-]*(\/[\p{L}\p{N}_-][\p{L}\p{N} ._()@+-]*)*$/u;

/** @throws DependencyRefusedError if `name` is no plain relative path */
export function assertArtifactName(name: string): void {
  if (name.length <= MAX_CHARACTERS && NAME.test(name)) return;
  throw new DependencyRefusedError(
    `The artifact name ${JSON.stringify(name.slice(0, 100))} is not allowed. Use up to ${MAX_CHARACTERS} characters in segments such as runId/node/file.json.`,
  );
}
