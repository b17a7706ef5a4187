import { type Reading, read, refuse } from '../rejection.ts';
import { shownPath } from '../shown-path.ts';

/** Azure's own limit. */
const MAX_CHARACTERS = 1_024;
/** Control characters, and halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/u;

/** The name of a blob, taken as it is: nothing in it is decoded or rendered. Refused if it could stand for another place than itself. */
export function readBlobName(name: string): Reading<string> {
  if (name.length > MAX_CHARACTERS) {
    const message = `The blob's name has ${name.length} characters, the limit is ${MAX_CHARACTERS}`;
    return refuse('path_length', `${message}; write it under a shorter name.`);
  }
  if (UNPRINTABLE.test(name)) {
    return refuse('path_control', `The blob's name ${shownPath(name)} holds a control character; write it under a plain name.`);
  }
  const fault = pathFault(name);
  if (fault === undefined) return read(name);
  return refuse('path_invalid', `The blob's name ${shownPath(name)} ${fault}; write it under a name such as 2026/orders.csv.`);
}

function pathFault(name: string): string | undefined {
  if (name.includes('\\')) return 'holds a backslash';
  const segments = name.split('/');
  if (segments.includes('')) return 'has an empty segment';
  return segments.some((segment) => segment === '.' || segment === '..') ? "has a segment '.' or '..'" : undefined;
}
