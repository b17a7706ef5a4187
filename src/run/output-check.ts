import { HexdagError } from '../errors.ts';
import type { Plan } from '../pipeline/plan.ts';
import { compileSchema, type SchemaCheck } from '../triggers/json-schema.ts';
import { failureOf } from './failure.ts';
import type { RunEnd } from './outcome.ts';

/** The run's output is not what its pipeline's `output_schema` promises. */
class OutputSchemaError extends HexdagError {
  readonly code = 'output_schema_violation';
  readonly retryable = false;
}

/** Compiling a schema takes long, and plans are kept. */
const checks = new WeakMap<Plan, SchemaCheck>();

/** The end itself, or a failure if the output does not fit the pipeline's `output_schema`. */
export function checkedEnd(plan: Plan, end: RunEnd): RunEnd {
  if (plan.outputSchema === undefined || end.status === 'failed') return end;
  const check = checks.get(plan) ?? compileSchema(plan.outputSchema);
  checks.set(plan, check);
  const rejection = check(end.output);
  return rejection === undefined ? end : { status: 'failed', error: failureOf(new OutputSchemaError(rejection.message)) };
}
