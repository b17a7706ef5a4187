import { CliError } from '../errors.ts';
import { printable } from '../terminal.ts';

/** A queue, or a subscription of a topic. */
export interface Entity {
  /** As the user wrote it. */
  readonly name: string;
  /** What messages are received from. */
  readonly path: string;
  /** Where messages are sent to: for a subscription, its topic. */
  readonly target: string;
}

const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,258}[A-Za-z0-9])?$/;

/**
 * Reads `QUEUE` or `TOPIC/SUBSCRIPTION`. A queue whose own name has a slash is told by `isQueue`.
 * @throws CliError `entity_name_invalid`
 */
export function readEntity(name: string, isQueue: boolean): Entity {
  const [topic, ...rest] = name.split(/\/(?:subscriptions\/)?/i);
  const [subscription] = rest;
  if (NAME.test(name) && (isQueue || subscription === undefined)) return { name, path: name, target: name };
  if (NAME.test(name) && topic !== undefined && rest.length === 1)
    return { name, path: `${topic}/Subscriptions/${subscription}`, target: topic };
  const forms = 'Write QUEUE, or TOPIC/SUBSCRIPTION, or --queue before the name of a queue that has a slash in it.';
  throw new CliError('entity_name_invalid', `${printable(name)} names neither a queue nor a subscription. ${forms}`);
}
