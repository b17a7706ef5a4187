import { ArtifactNameError } from '../ports/errors.ts';

const MAX_CHARACTERS = 1_024;
/** Letters, digits and what file names commonly hold; no segment that begins with a dot, none that is empty. */
const NAME = /^[\p{L}\p{N}_-][\p{L}\p{N} ._()@+-]*(\/[\p{L}\p{N}_-][\p{L}\p{N} ._()@+-]*)*$/u;

/** @throws ArtifactNameError if `name` is no plain relative path */
export function assertArtifactName(name: string): void {
  if (name.length <= MAX_CHARACTERS && NAME.test(name)) return;
  const shown = JSON.stringify(name.slice(0, 100));
  const code = name.length > MAX_CHARACTERS ? 'path_length' : /\p{Cc}/u.test(name) ? 'path_control' : 'path_invalid';
  const remedy = `Use up to ${MAX_CHARACTERS} characters in segments such as runId/node/file.json`;
  throw new ArtifactNameError(code, `The artifact name ${shown} of ${name.length} characters is not allowed. ${remedy}.`);
}
