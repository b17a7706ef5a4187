import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cli } from './cli.ts';

const PIPELINE = join(import.meta.dirname, '..', '..', 'pipelines', 'order-processing.yaml');
const SECRET = 'c2VjcmV0LW9mLXRoZS1wYXJ0bmVyLWJ1dC1pbi10aGUtZmlsZQ==';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-triggers-'));
  cpSync(PIPELINE, join(folder, 'order-processing.yaml'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Validates a trigger document of this type whose `config`, from line 8 on, has these lines. */
async function validate(type: string, config: readonly string[]) {
  const file = join(folder, 'some.trigger.yaml');
  const lines = config.map((line) => `    ${line}\n`).join('');
  const head = `apiVersion: hexdag/v1\nkind: Trigger\nmetadata: { name: some }\nspec:\n  type: ${type}\n`;
  writeFileSync(file, `${head}  pipeline: order-processing.yaml\n  config:\n${lines}`);
  const { exitCode, stdout } = await cli(['validate', file, '--output', 'json'], { environment: {} });
  return { exitCode, stdout, told: JSON.parse(stdout).diagnostics };
}

const VERIFY = `verify: { scheme: standard_webhooks, secret: "\${PARTNER_SECRET}" }`;

describe('hexdag validate refuses', () => {
  it.each([
    ['TY16: files this app writes itself', 'blob', ['path: artifacts/{name}'], 'trigger_loop', 8, 11],
    ['TY17: a brace left open', 'blob', ['path: "incoming/{name"'], 'path_pattern', 8, 11],
    ['TY17: a capture twice', 'blob', ['path: incoming/{name}/{name}'], 'path_pattern', 8, 11],
    ['TY19: a webhook that verifies nothing', 'webhook', ['path: partner'], 'signature_required', 8, 5],
    ['TY20: a path out of the route', 'webhook', ['path: ../admin', VERIFY], 'route_invalid', 8, 11],
    ["TY20: a path of the app's own", 'webhook', ['path: /api/runs', VERIFY], 'route_conflict', 8, 11],
    [
      'TY21: a day of tolerance',
      'webhook',
      ['path: partner', VERIFY.replace(' }', ', tolerance: 24h }')],
      'tolerance_range',
      9,
      82,
    ],
    [
      'TY22: a secret that is none',
      'webhook',
      ['path: partner', 'verify: { scheme: standard_webhooks, secret: whsec_*** }'],
      'secret_format',
      9,
      50,
    ],
    [
      'TY22: a secret in the file',
      'webhook',
      ['path: partner', `verify: { scheme: standard_webhooks, secret: whsec_${SECRET} }`],
      'secret_inline',
      9,
      50,
    ],
  ])('%s', async (_, type, config, code, line, column) => {
    const { exitCode, stdout, told } = await validate(type, config);

    expect(exitCode).toBe(1);
    expect(told).toMatchObject([{ severity: 'error', code, position: { line, column } }]);
    expect(told[0].remedy).toMatch(/\w/);
    expect(stdout).not.toContain(SECRET);
  });
});
