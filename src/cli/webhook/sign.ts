import { randomUUID } from 'node:crypto';
import { WebhookRefusal } from '../../webhooks/errors.ts';
import { signWebhook } from '../../webhooks/sign.ts';
import { CliError } from '../errors.ts';
import { printAnswer } from '../print-answer.ts';
import type { Terminal } from '../terminal.ts';
import { readScheme } from './case.ts';
import { readBody, required, requiredSecrets, type SignOptions, schemeOf } from './options.ts';

/**
 * Prints the headers to send along with a body: as lines, or as a JSON object.
 * @throws CliError `option_missing`, `secret_missing`, `file_not_found`, `file_unreadable`, those of `readScheme`, those of `signWebhook`
 */
export async function sign(options: SignOptions, terminal: Terminal): Promise<void> {
  const scheme = readScheme(schemeOf({ ...options, scheme: required(options.scheme, '--scheme <name>') }));
  const secrets = requiredSecrets(options, terminal);
  const webhook = { body: await readBody(options, terminal), deliveryId: options.id ?? `msg_${randomUUID()}` };
  const headers = tryToSign(scheme, webhook, secrets, options.now === undefined ? Date.now() : options.now * 1000);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`);
  printAnswer(headers, lines.join(''), options, terminal);
}

function tryToSign(...[scheme, webhook, secrets, now]: Parameters<typeof signWebhook>): Readonly<Record<string, string>> {
  try {
    return signWebhook(scheme, webhook, secrets, now);
  } catch (error) {
    if (error instanceof WebhookRefusal) throw new CliError(error.code, error.message, { cause: error });
    throw error;
  }
}
