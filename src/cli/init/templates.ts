/** What the files of a new pipeline are named for. */
export interface NewPipeline {
  /** Of the pipeline, its trigger and its queue: `order-intake`. */
  readonly name: string;
  /** Of the step and its node: `order_intake`. */
  readonly step: string;
  /** Of the step's constant: `orderIntakeStep`. */
  readonly constant: string;
}

export interface NewFile {
  readonly path: string;
  readonly what: string;
  readonly content: string;
}

/** The files of a pipeline that runs at once. */
export function newFiles(pipeline: NewPipeline): readonly NewFile[] {
  const { name } = pipeline;
  return [
    { path: `pipelines/${name}.yaml`, what: 'the pipeline', content: pipelineText(pipeline) },
    {
      path: `pipelines/${name}.trigger.yaml`,
      what: 'its trigger: messages on a queue of that name',
      content: triggerText(pipeline),
    },
    { path: `steps/${name}.ts`, what: 'a step', content: stepText(pipeline) },
    { path: `test/pipelines/${name}.test.ts`, what: 'a test', content: testText(pipeline) },
  ];
}

const EXAMPLE = { id: '1', name: 'Ada' };

/** An input that the new pipeline takes. */
export const EXAMPLE_INPUT = JSON.stringify(EXAMPLE);

function pipelineText({ name, step }: NewPipeline): string {
  return `# yaml-language-server: $schema=../schemas/hexdag-v1.schema.json
apiVersion: hexdag/v1
kind: Pipeline
metadata:
  name: ${name}
  description: Greets whoever is named in the event. Say here what yours does.
spec:
  # What does not fit is refused before a run starts.
  input_schema:
    type: object
    required: [id, name]
    properties:
      id: { type: string, minLength: 1 }
      name: { type: string, minLength: 1 }

  nodes:
    # Computed in the orchestrator: no call, no write.
    - kind: expression_node
      metadata: { name: greeting }
      spec:
        expressions:
          text: "'Hello, ' + $input.name"

    # A function in steps/, recorded once and tried up to three times.
    - kind: function_node
      metadata: { name: ${step} }
      spec:
        fn: ${step}
        input_mapping:
          text: greeting.text
        timeout: 10s
        max_retries: 3

  output:
    message: ${step}.message
`;
}

function triggerText({ name }: NewPipeline): string {
  return `# yaml-language-server: $schema=../schemas/hexdag-v1.schema.json
# Every message on the queue starts one run; the same id twice is one run.
apiVersion: hexdag/v1
kind: Trigger
metadata:
  name: ${name}
spec:
  type: service_bus
  config:
    connection: SB
    queue: ${name}
  pipeline: ${name}.yaml
  key: $.id
`;
}

function stepText({ step, constant }: NewPipeline): string {
  return `import { z } from 'zod';
import { defineStep } from '../src/nodes/steps.ts';

const Greeting = z.object({ text: z.string() });

/** Replace this by what your step does, and send \`context.idempotencyKey\` to whomever it calls. */
export const ${constant} = defineStep('${step}', (input) => {
  const { text } = Greeting.parse(input);
  return { message: \`\${text}!\` };
});
`;
}

function testText({ name }: NewPipeline): string {
  return `import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testPipeline } from '../../src/testing/test-pipeline.ts';
import { steps } from '../../steps/index.ts';

const file = join(import.meta.dirname, '..', '..', 'pipelines', '${name}.yaml');

describe('the pipeline ${name}', () => {
  it('greets whoever is named', async () => {
    const pipeline = testPipeline({ file }, { steps });

    const { status, output } = await pipeline.start({ id: '${EXAMPLE.id}', name: '${EXAMPLE.name}' });

    expect({ status, output }).toEqual({ status: 'completed', output: { message: 'Hello, Ada!' } });
  });
});
`;
}
