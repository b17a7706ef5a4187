import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliResult, cli } from './cli.ts';

const SECRET = "It's a Secret to Everybody";
const SIGNATURE = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
const HEADERS = JSON.stringify({ 'X-Hub-Signature-256': SIGNATURE });
const BODY = 'Hello, World!';
const NOW = '1767225600';

let folder: string;
let body: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-webhook-'));
  body = join(folder, 'body');
  writeFileSync(body, BODY);
});

afterAll(() => rmSync(folder, { recursive: true }));

function verify(...args: readonly string[]): Promise<CliResult> {
  return cli(['webhook', 'verify', ...args]);
}

describe('hexdag webhook verify', () => {
  it.each([
    ['as JSON', ['--output', 'json'], '{"accepted":true}\n'],
    ['as text', [], expect.stringMatching(/^accepted\n.+number 1 of 1 fits.+<body of 13 bytes>/s)],
  ])('tells %s that a request is signed as it should be', async (_name, output, expected) => {
    const result = await verify('--scheme', 'github', '--secret', SECRET, '--headers', HEADERS, '--body-file', body, ...output);

    expect(result).toEqual({ exitCode: 0, stdout: expected, stderr: '' });
  });

  it('tells what is wrong otherwise, and ends with 1', async () => {
    const { exitCode, stdout } = await verify(
      ...['--scheme', 'github', '--secret', 'other', '--headers', HEADERS, '--body-file', body, '--output', 'json'],
    );

    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout)).toEqual({ accepted: false, code: 'signature_mismatch', message: expect.any(String) });
  });

  it('WH3: finds out that a line break was added to the body', async () => {
    const longer = join(folder, 'longer');
    writeFileSync(longer, `${BODY}\n`);

    const { exitCode, stdout } = await verify(
      '--scheme',
      'github',
      '--secret',
      SECRET,
      '--headers',
      HEADERS,
      '--body-file',
      longer,
    );

    expect(exitCode).toBe(1);
    expect(stdout).toContain('refused  signature_mismatch');
    expect(stdout).toContain('It fits the body without the line break at its end: verify the raw body');
    expect(stdout).toContain('<body of 14 bytes>');
    expect(stdout).not.toContain(SECRET);
    expect(stdout).not.toContain('757107');
  });

  it('shows what is signed and when, as far as it can be read', async () => {
    const headers = JSON.stringify({ 'x-slack-signature': `v0=${'0'.repeat(64)}`, 'x-slack-request-timestamp': 1_767_225_299 });

    const { stdout } = await verify(
      ...['--scheme', 'slack', '--secret', 's3cr3t', '--now', NOW, '--headers', headers, '--body-file', body],
    );

    expect(stdout).toContain('refused  timestamp_stale');
    expect(stdout).toContain('v0:1767225299:<body of 13 bytes>');
    expect(stdout).toContain('1767225299 (2025-12-31T23:54:59.000Z), 301 s ago');
  });

  it('lists the names of the headers where the signature is missing', async () => {
    const { stdout } = await verify(
      ...['--scheme', 'stripe', '--secret', 'a', '--headers', '{"x-a":"secret-value","x-b\\u001b":""}', '--body-file', body],
    );

    expect(stdout).toContain('refused  signature_missing');
    expect(stdout).toContain('x-a, x-b\\x1b');
    expect(stdout).not.toContain('secret-value');
  });

  it('takes secrets from the environment, headers from a file and the body from standard input', async () => {
    const headers = join(folder, 'headers.json');
    writeFileSync(headers, JSON.stringify([['x-hub-signature-256', SIGNATURE]]));
    const args = ['--scheme', 'github', '--secret', 'old', '--secret-env', 'NEW', '--headers', `@${headers}`, '--body-file', '-'];

    const { exitCode, stdout } = await cli(['webhook', 'verify', ...args], { stdin: BODY, environment: { NEW: SECRET } });

    expect(exitCode).toBe(0);
    expect(stdout).toContain('number 2 of 2 fits');
  });

  it('knows schemes made to measure', async () => {
    const args = ['--scheme', 'hmac', '--header', 'X-Sig', '--prefix', 'sha256=', '--secret', SECRET, '--body-file', body];

    const { exitCode } = await verify(...args, '--headers', JSON.stringify({ 'x-sig': SIGNATURE }));

    expect(exitCode).toBe(0);
  });

  it.each([
    [['--scheme', 'github'], 'option_missing'],
    [['--secret', 'a'], 'option_missing'],
    [['--scheme', 'md5', '--secret', 'a'], 'scheme_unknown'],
    [['--scheme', 'hmac', '--secret', 'a'], 'scheme_settings_invalid'],
    [['--scheme', 'hmac', '--secret', 'a', '--header', 'x', '--template', '{nothing}'], 'scheme_settings_invalid'],
    [['--scheme', 'hmac', '--secret', 'a', '--header', 'x', '--algorithm', 'md5'], 'option_value'],
    [['--scheme', 'github', '--secret-env', 'NOT_SET'], 'secret_missing'],
    [['--scheme', 'github', '--secret', 'a', '--now', 'soon'], 'option_value'],
    [['--scheme', 'github', '--secret', 'a', '--tolerance=-1'], 'option_value'],
    [['--scheme', 'github', '--secret', 'a', '--headers', '{bad'], 'input_not_json'],
    [['--scheme', 'github', '--secret', 'a', '--headers', '{"a":"1","a":"2"}'], 'input_not_json'],
    [['--scheme', 'github', '--secret', 'a', '--headers', '{"a":{}}'], 'request_invalid'],
    [['--scheme', 'github', '--secret', 'a', '--headers', '@missing.json'], 'file_not_found'],
    [['--scheme', 'github', '--secret', 'a', '--body-file', 'missing'], 'file_not_found'],
  ])('ends %j with 2 and %s', async (args, code) => {
    const { exitCode, stdout, stderr } = await verify('--headers', '{}', '--body-file', body, ...args);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^${code}: `));
  });
});

describe('hexdag webhook verify with requests on standard input', () => {
  const request = { scheme: 'github', secrets: [SECRET], headers: { 'X-Hub-Signature-256': SIGNATURE }, body: BODY };

  it.each([
    [request, { accepted: true }],
    [{ ...request, secrets: undefined, secret: SECRET }, { accepted: true }],
    [{ ...request, body: undefined, bodyBase64: Buffer.from(BODY).toString('base64') }, { accepted: true }],
    [
      { ...request, body: `${BODY}\n` },
      { accepted: false, code: 'signature_mismatch', message: expect.any(String) },
    ],
    [
      { ...request, headers: {} },
      { accepted: false, code: 'signature_missing', message: expect.any(String) },
    ],
    [
      { ...request, headers: { 'x-hub-signature-256': [SIGNATURE, SIGNATURE] } },
      { accepted: false, code: 'header_repeated', message: expect.any(String) },
    ],
    [
      { ...request, secrets: [] },
      { accepted: false, code: 'secret_missing', message: expect.any(String) },
    ],
    [{ ...request, bodyBase64: '' }, { error: { code: 'request_invalid', message: expect.any(String) } }],
    [{ ...request, body: undefined, bodyBase64: '*' }, { error: { code: 'request_invalid', message: expect.any(String) } }],
    [{ ...request, now: 'soon' }, { error: { code: 'request_invalid', message: expect.stringContaining("'now'") } }],
    [{ ...request, scheme: 'nope' }, { error: { code: 'scheme_unknown', message: expect.any(String) } }],
    [[], { error: { code: 'request_invalid', message: expect.any(String) } }],
  ])('answers %o', async (line, expected) => {
    const { exitCode, stdout } = await cli(['webhook', 'verify'], { stdin: `${JSON.stringify(line)}\n` });

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toEqual(expected);
  });

  it('gives each a line, in order, and takes from the options what they do not say', async () => {
    const lines = [`{"headers":${HEADERS},"body":"${BODY}"}`, '', '{bad', `{"headers":{},"secrets":["a"]}`].join('\n');

    const { stdout } = await cli(['webhook', 'verify', '-', '--scheme', 'github', '--secret', SECRET], {
      stdin: lines,
    });

    expect(stdout.split('\n').map((line) => line.slice(0, 18))).toEqual([
      '{"accepted":true}',
      '{"error":{"code":"',
      '{"accepted":false,',
      '',
    ]);
  });
});

describe('hexdag webhook sign', () => {
  it.each(['standard_webhooks', 'github', 'stripe', 'slack'])('prints headers that verify accepts: %s', async (scheme) => {
    const common = ['--scheme', scheme, '--secret', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '--now', NOW, '--body-file', body];

    const { stdout } = await cli(['webhook', 'sign', ...common, '--output', 'json']);
    const { exitCode } = await verify(...common, '--headers', stdout);

    expect(exitCode).toBe(0);
  });

  it('prints them as lines for curl', async () => {
    const { stdout } = await cli([
      'webhook',
      'sign',
      '--scheme',
      'github',
      '--secret',
      SECRET,
      '--id',
      'd-1',
      '--body-file',
      body,
    ]);

    expect(stdout).toBe(`x-github-delivery: d-1\nx-hub-signature-256: ${SIGNATURE}\n`);
  });

  it('makes up an id where none is given', async () => {
    const args = ['--scheme', 'standard', '--secret', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '--now', NOW, '--body-file', body];

    const { stdout } = await cli(['webhook', 'sign', ...args, '--output', 'json']);

    expect(JSON.parse(stdout)).toEqual({
      'webhook-id': expect.stringMatching(/^msg_[0-9a-f-]{36}$/),
      'webhook-timestamp': NOW,
      'webhook-signature': expect.stringMatching(/^v1,/),
    });
  });

  it.each([
    [['--scheme', 'standard', '--secret', 'short'], 'secret_malformed'],
    [['--scheme', 'standard', '--secret', 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '--id', 'a.b'], 'delivery_id_malformed'],
    [['--scheme', 'github'], 'option_missing'],
    [['--secret', 'a'], 'option_missing'],
  ])('refuses %j as %s', async (args, code) => {
    const { exitCode, stdout, stderr } = await cli(['webhook', 'sign', '--body-file', body, ...args]);

    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(new RegExp(`^${code}: `));
  });
});
