import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerStep } from '../../src/cli/init/register-step.ts';
import { compileLibrary } from '../../src/library.ts';
import { nodeKinds } from '../../src/nodes/node-kinds.ts';
import { defineStep, StepRegistry } from '../../src/nodes/steps.ts';
import { testPipeline } from '../../src/testing/test-pipeline.ts';
import { cli } from './cli.ts';

const ROOT = join(import.meta.dirname, '..', '..');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hexdag-init-'));
  mkdirSync(join(folder, 'steps'));
  mkdirSync(join(folder, 'local'));
  cpSync(join(ROOT, 'steps', 'index.ts'), join(folder, 'steps', 'index.ts'));
  cpSync(join(ROOT, 'local', 'service-bus.json'), join(folder, 'local', 'service-bus.json'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function read(...path: readonly string[]): string {
  return readFileSync(join(folder, ...path), 'utf8');
}

describe('hexdag init', () => {
  it('writes a pipeline and a trigger that compile without a doubt', async () => {
    const { exitCode } = await cli(['init', 'order-intake', '--directory', folder]);

    const files = ['order-intake.yaml', 'order-intake.trigger.yaml'].map((name) => ({
      name,
      content: Buffer.from(read('pipelines', name)),
    }));
    const steps = new StepRegistry([defineStep('order_intake', (input) => input)]);
    const { pipelines, triggers, diagnostics } = compileLibrary(files, { kinds: nodeKinds(steps), steps });
    const linted = await cli(['lint', join(folder, 'pipelines'), '--output', 'json']);
    expect(exitCode).toBe(0);
    expect(diagnostics).toEqual([]);
    expect({ pipelines: pipelines.map(({ name }) => name), triggers: triggers.map(({ name }) => name) }).toEqual({
      pipelines: ['order-intake'],
      triggers: ['order-intake'],
    });
    // This project does not have the new step, and that is all.
    expect(JSON.parse(linted.stdout).diagnostics.map(({ code }: { code: string }) => code)).toEqual([
      'step_unknown',
      'pipeline_unknown',
    ]);
  });

  it('registers the step and adds the queue', async () => {
    const { stdout } = await cli(['init', 'order-intake', '--directory', folder]);

    const index = read('steps', 'index.ts');
    expect(index).toContain("import { orderIntakeStep } from './order-intake.ts';\nimport { pack } from './pack.ts';");
    expect(index).toMatch(/= \[\s*validate, .*orderIntakeStep,?\s*\];/s);
    expect(read('steps', 'order-intake.ts')).toContain("export const orderIntakeStep = defineStep('order_intake'");
    const { Queues: queues } = JSON.parse(read('local', 'service-bus.json')).UserConfig.Namespaces[0];
    expect(queues.map(({ Name }: { Name: string }) => Name)).toEqual(['orders', 'order-intake']);
    expect(stdout).toContain('Registered orderIntakeStep in steps/index.ts.');
    expect(stdout).toContain('hexdag -- run pipelines/order-intake.yaml');
  });

  it('writes a pipeline and a step that run as they are', async () => {
    symlinkSync(join(ROOT, 'src'), join(folder, 'src'));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await cli(['init', 'order-intake', '--directory', folder]);
    const { orderIntakeStep } = await import(join(folder, 'steps', 'order-intake.ts'));

    const pipeline = testPipeline({ file: join(folder, 'pipelines', 'order-intake.yaml') }, { steps: [orderIntakeStep] });
    const { status, output } = await pipeline.start({ id: '1', name: 'Ada' });

    expect({ status, output }).toEqual({ status: 'completed', output: { message: 'Hello, Ada!' } });
  });

  it('writes nothing when one of its files exists', async () => {
    mkdirSync(join(folder, 'pipelines'));
    writeFileSync(join(folder, 'pipelines', 'hello.trigger.yaml'), 'mine');
    const before = read('steps', 'index.ts');

    const { exitCode, stderr } = await cli(['init', '--directory', folder]);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^file_exists: .*hello\.trigger\.yaml/);
    expect(read('pipelines', 'hello.trigger.yaml')).toBe('mine');
    expect(read('steps', 'index.ts')).toBe(before);
  });

  it('writes nothing when a step of that name exists', async () => {
    writeFileSync(join(folder, 'steps', 'other.ts'), "defineStep('hello', () => null)");

    const { exitCode, stderr } = await cli(['init', 'hello', '--directory', folder]);

    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^step_exists: .*other\.ts/);
  });

  it('tells the line to add when steps/index.ts is not as expected', async () => {
    writeFileSync(join(folder, 'steps', 'index.ts'), 'export const steps = collect();\n');

    const { exitCode, stdout } = await cli(['init', 'hello', '--directory', folder]);

    expect(exitCode).toBe(0);
    expect(stdout).toContain("import { helloStep } from './hello.ts';");
    expect(read('steps', 'index.ts')).toBe('export const steps = collect();\n');
  });

  it.each(['Hello', '../x', 'a b', '1st', '-x', 'x'.repeat(61)])('refuses the name %j', async (name) => {
    const { exitCode, stderr } = await cli(['init', '--directory', folder, '--', name]);

    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^name_invalid: /);
  });
});

describe('registering a step', () => {
  it.each([
    [
      'an empty list',
      "import type { S } from '../s.ts';\n\nexport const steps: readonly S[] = [];\n",
      'export const steps: readonly S[] = [aStep];',
    ],
    [
      'a list on several lines',
      "import { b } from './b.ts';\n\nexport const steps = [\n  b,\n];\n",
      'export const steps = [\n  b,\n  aStep,\n];',
    ],
  ])('adds it to %s', (_, text, expected) => {
    const result = registerStep(text, 'aStep', './a.ts');

    expect(result).toContain(expected);
    expect(result).toContain("import { aStep } from './a.ts';");
  });

  it.each([
    ['without a list', "import { b } from './b.ts';\n"],
    ['that knows the name', "import { aStep } from './b.ts';\nexport const steps = [aStep];\n"],
  ])('leaves a text %s alone', (_, text) => {
    const result = registerStep(text, 'aStep', './a.ts');

    expect(result).toBeUndefined();
  });
});
