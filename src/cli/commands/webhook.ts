import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { SCHEME_NAMES } from '../../webhooks/schemes.ts';
import { SECRET_ENCODINGS } from '../../webhooks/secret-key.ts';
import { HMAC_ALGORITHMS, SIGNATURE_ENCODINGS } from '../../webhooks/signature.ts';
import { type CommandContext, outputOption } from '../command-context.ts';
import { CliError } from '../errors.ts';
import type { SignOptions, VerifyOptions } from '../webhook/options.ts';

const VERIFY_HELP = `
Without --headers and --body-file, every line of standard input is a request of its own, answered with one line; the options
are what lines need not repeat:
  {"scheme": "github", "secrets": ["…"], "now": 1795262400, "headers": {"X-Hub-Signature-256": "sha256=…"}, "body": "{}"}
  {"accepted": true}    or    {"accepted": false, "code": "signature_mismatch", "message": "…"}
A line has "bodyBase64" in the place of "body" for bytes that are no text, and for the scheme hmac "header", "algorithm", "encoding",
"prefix", "timestampHeader", "idHeader", "template", "secretEncoding". A header given twice is a list of its values.

Exit code: 0 accepted (with lines: always), 1 refused, 2 the command line is wrong.

  hexdag webhook verify --scheme github --secret-env GITHUB_SECRET --headers @headers.json --body-file body.json`;

const SIGN_HELP = `
As text the headers are lines that curl reads:

  hexdag webhook sign --scheme standard_webhooks --secret-env PARTNER_SECRET --body-file body.json > headers.txt
  curl -H @headers.txt -H 'content-type: application/json' --data-binary @body.json https://…`;

export function addWebhook(parent: Command, context: CommandContext): void {
  const { terminal } = context;
  const webhook = parent
    .command('webhook')
    .summary('sign and verify webhooks as senders do')
    .description('Signs and verifies webhooks as their senders do.');

  withSchemeOptions(webhook.command('verify').summary('tell whether a request is signed as it should be'))
    .addArgument(new Argument('[requests]', '- for requests on standard input').choices(['-']))
    .option('--headers <json>', 'the headers as a JSON object, or @ and the name of a file with one')
    .option('--tolerance <seconds>', 'how old or how far ahead a timestamp may be (default: 300)', readSeconds)
    .addHelpText('after', VERIFY_HELP)
    .action(async (requests: string | undefined, options: VerifyOptions) => {
      const one = requests === undefined && (options.headers !== undefined || options.bodyFile !== undefined);
      if (!one && requests === undefined && terminal.stdin.isTTY === true) {
        throw new CliError('option_missing', 'give --headers and --body-file, or requests to read on standard input.');
      }
      const { verifyOne, verifyMany } = await import('../webhook/verify.ts');
      await (one ? verifyOne(options, context) : verifyMany(options, terminal));
    });

  withSchemeOptions(webhook.command('sign').summary('print the headers to send with a body'))
    .option('--id <id>', 'the id of the delivery (default: a random one)')
    .addHelpText('after', SIGN_HELP)
    .action(async (options: SignOptions) => {
      const { sign } = await import('../webhook/sign.ts');
      await sign(options, terminal);
    });
}

function withSchemeOptions(command: Command): Command {
  return command
    .option('--scheme <name>', `how the sender signs: ${SCHEME_NAMES.join(', ')}`)
    .option('--secret <secret...>', 'a secret; several while one is replaced')
    .option('--secret-env <name...>', 'an environment variable that holds a secret')
    .option('--body-file <file>', 'the body, byte for byte, or - for standard input')
    .option('--now <seconds>', 'the time in Unix seconds (default: the present)', readSeconds)
    .option('--header <name>', 'hmac: the header with the signature')
    .addOption(new Option('--algorithm <name>', 'hmac: the hash (default: sha256)').choices(HMAC_ALGORITHMS))
    .addOption(new Option('--encoding <name>', 'hmac: how the signature is written (default: hex)').choices(SIGNATURE_ENCODINGS))
    .option('--prefix <text>', 'hmac: what stands before the signature')
    .option('--timestamp-header <name>', 'hmac: the header with the time of signing, in Unix seconds')
    .option('--id-header <name>', 'hmac: the header with the id of the delivery')
    .option('--template <text>', 'hmac: what is signed (default: {body}, or {timestamp}.{body} with a timestamp)')
    .addOption(
      new Option('--secret-encoding <name>', 'hmac: how a secret spells its bytes (default: utf8)').choices(SECRET_ENCODINGS),
    )
    .addOption(outputOption());
}

function readSeconds(text: string): number {
  if (/^\d{1,12}(?:\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Write seconds as a number, such as 300.');
}
