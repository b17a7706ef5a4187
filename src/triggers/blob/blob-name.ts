import { isPrintable, MAX_BLOB_PATH, segmentFault } from '../blob-path.ts';
import { type Reading, read, refuse } from '../rejection.ts';
import { shownPath } from '../shown-path.ts';

/** The name of a blob, taken as it is: nothing in it is decoded or rendered. Refused if it could stand for another place than itself. */
export function readBlobName(name: string): Reading<string> {
  if (name.length > MAX_BLOB_PATH) {
    const message = `The blob's name has ${name.length} characters, the limit is ${MAX_BLOB_PATH}`;
    return refuse('path_length', `${message}; write it under a shorter name.`);
  }
  if (!isPrintable(name)) {
    return refuse('path_control', `The blob's name ${shownPath(name)} holds a control character; write it under a plain name.`);
  }
  const fault = segmentFault(name);
  if (fault === undefined) return read(name);
  return refuse('path_invalid', `The blob's name ${shownPath(name)} ${fault}; write it under a name such as 2026/orders.csv.`);
}
