import type { CodeGroup } from './code-entry.ts';

export const EXPRESSION_CODES: CodeGroup = {
  title: 'Expressions and templates',
  introduction: 'Told by validating where the text alone shows it, and by the failed node where the data does.',
  codes: {
    arguments_wrong: {
      title: 'Wrong arguments',
      why: 'The function takes others, or another number of them.',
      remedy: 'Call it as the message says.',
      example: 'round()',
    },
    collection_limit: {
      title: 'A list or mapping that grows too large',
      why: 'Expressions run inside the orchestrator, which must stay quick.',
      remedy: 'Do it in a step.',
    },
    cost_limit: {
      title: 'Too many steps',
      why: 'Expressions run inside the orchestrator, which must stay quick.',
      remedy: 'Do it in a step.',
    },
    division_by_zero: {
      title: 'A division by zero',
      why: 'It has no result.',
      remedy: 'Test the divisor first: a / b if b else 0.',
    },
    expression_parse: {
      title: 'No expression',
      why: 'The text does not follow the grammar of expressions.',
      remedy: 'Correct it at the caret.',
      example: 'when: total >',
    },
    expression_too_long: {
      title: 'A text above the limit',
      why: 'Nobody reads an expression of that length.',
      remedy: 'Split it into several expressions, or do it in a step.',
    },
    function_unknown: {
      title: 'No function of that name',
      why: 'Only the listed functions exist; nothing else can be called.',
      remedy: 'Correct it as the remedy suggests.',
      example: 'lenght(items)',
    },
    method_unknown: {
      title: 'No method of that name',
      why: 'Only the listed methods exist; nothing else can be called.',
      remedy: 'Correct it as the remedy suggests.',
    },
    name_unknown: {
      title: 'A name that means nothing here',
      why: 'No node, field or variable has it.',
      remedy: 'Correct it, or map the value in first.',
    },
    no_such_key: {
      title: 'A key or index that is not there',
      why: 'The data has no such part.',
      remedy: 'Read it with get(), or use default(value, …).',
    },
    number_not_finite: { title: 'Infinity or no number', why: 'JSON has neither.', remedy: 'Test the value first.' },
    number_precision: {
      title: 'A number too large to be exact',
      why: 'Whole numbers are exact up to 2^53; a wrong digit would be worse than an error.',
      remedy: 'Keep it as a text.',
    },
    syntax_not_supported: {
      title: 'Syntax of Python that is not part of expressions',
      why: 'Lambdas, f-strings, assignments and the like are left out on purpose.',
      remedy: 'Write it with functions, comprehensions or conditionals, or do it in a step.',
    },
    template_verbatim: {
      title: 'Braces that are no insertion',
      why: 'They stay in the text as they are.',
      remedy: 'Write {{ name.path }}, {{ $input.path }} or {{ path | filter }}.',
    },
    text_limit: {
      title: 'A text that grows too large',
      why: 'Expressions run inside the orchestrator, which must stay quick.',
      remedy: 'Do it in a step.',
    },
    type_error: {
      title: 'An operation on the wrong types',
      why: 'Numbers and texts do not add up.',
      remedy: 'Convert first: str(x), int(x), float(x).',
    },
    value_error: {
      title: 'A value that cannot be converted',
      why: 'The text is no number, or the like.',
      remedy: 'Test it first, or use default(value, …).',
    },
    variable_undefined: {
      title: 'A template reads what is not there',
      why: 'An empty text in its place would hide the mistake.',
      remedy: "Correct the path, or use {{ path | default('…') }}.",
    },
  },
};
