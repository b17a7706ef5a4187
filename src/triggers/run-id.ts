import { createHash } from 'node:crypto';

/**
 * The one run that an event of a trigger can start: 40 hexadecimal digits, safe as an orchestration's instance id, in paths,
 * in URLs and on command lines, whatever characters the key holds.
 */
export function runId(trigger: string, eventKey: string): string {
  return createHash('sha256')
    .update(JSON.stringify([trigger, eventKey]))
    .digest('hex')
    .slice(0, 40);
}
