import { HexdagError } from '../errors.ts';
import type { Plan } from '../pipeline/plan.ts';
import { problemsText } from '../schema/problem.ts';
import { readValue } from '../schema/read-value.ts';
import { failureOf } from './failure.ts';
import type { RunEnd } from './outcome.ts';

/** The run's output is not what its pipeline's `output_schema` promises. */
class OutputSchemaError extends HexdagError {
  readonly code = 'output_schema_violation';
  readonly retryable = false;
}

/** The end with its output as the pipeline's `output_schema` makes it, or a failure if it does not fit. */
export function checkedEnd(plan: Plan, end: RunEnd): RunEnd {
  if (plan.outputSchema === undefined || end.status === 'failed') return end;
  const reading = readValue(plan.outputSchema, end.output);
  if (reading.kind === 'ok') return { ...end, output: reading.value };
  const message = `The output of pipeline '${plan.pipeline}' does not fit its schema: ${problemsText(reading)}.`;
  return { status: 'failed', error: failureOf(new OutputSchemaError(message)) };
}
