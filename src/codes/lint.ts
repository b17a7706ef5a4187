import type { CodeGroup } from './code-entry.ts';

export const LINT_CODES: CodeGroup = {
  title: 'Lint',
  introduction:
    'What `hexdag lint` finds: documents that work, and that their author may still want to change. A line with `# hexdag-lint-disable-line CODE` is left alone.',
  codes: {
    branch_unreachable: {
      title: 'Something that can never run',
      why: 'Its condition is constantly false, a branch before it always wins, or nothing ever calls it.',
      remedy: 'Remove it, or correct the condition.',
      example: 'when: "1 > 2"',
    },
    condition_constant: {
      title: 'A condition that always holds',
      why: 'It decides nothing.',
      remedy: 'Remove it, or compare with something that changes.',
      example: 'when: "true"',
    },
    description_missing: {
      title: 'A pipeline without a description',
      why: 'Whoever is woken by it has only its name to go by.',
      remedy: 'Add metadata.description: one sentence.',
    },
    effect_repeated: {
      title: 'A request that may be made twice',
      why: 'A POST or PATCH that times out may have arrived, and another attempt sends it again. The same Idempotency-Key goes with each, but only a receiver that honours it recognises the repetition.',
      remedy: 'If the receiver does, say so by writing the header yourself; else set max_retries to 1.',
    },
    llm_without_retries: {
      title: 'A model without a second attempt',
      why: 'Models refuse for a moment every day: quotas, overload.',
      remedy: 'Write max_retries: 3.',
    },
    llm_without_timeout: {
      title: 'A model without a time of its own',
      why: 'A model may take minutes, and the default was not chosen for it.',
      remedy: 'Write the timeout you can afford.',
    },
    loop_unbounded: {
      title: 'A loop whose bound is not written',
      why: 'A while loop stops after 100 turns by default, whether it is done or not.',
      remedy: 'Write max_iterations.',
    },
    name_style: {
      title: 'A name that is not snake_case',
      why: 'In expressions my-node is my minus node, so such a node cannot be referred to everywhere.',
      remedy: 'Use small letters, digits and _.',
    },
    secret_literal: {
      title: 'A secret in a document',
      why: 'Documents are kept in version control and in plans, and are shown to everyone.',
      remedy: 'Revoke it, refer to a variable in its place, and set the variable or store the secret.',
      example: 'api_key: sk-…',
    },
    unused_node: {
      title: 'A node whose result nobody uses',
      why: 'It has no effect besides its result, and no node or output reads that.',
      remedy: 'Remove it, or refer to it.',
    },
    wait_unbounded: {
      title: 'A wait without an end',
      why: 'If the event never comes, the run waits for ever.',
      remedy: 'Write timeout, and on_timeout for what happens then.',
    },
  },
};
