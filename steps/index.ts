import type { StepDefinition } from '../src/nodes/steps.ts';
import { charge } from './charge.ts';
import { pack } from './pack.ts';
import { price } from './price.ts';
import { reserve } from './reserve.ts';
import { ship } from './ship.ts';
import { validate } from './validate.ts';

/** The functions that pipelines can call by name (`fn: charge`). A step that is not listed here does not exist. */
export const steps: readonly StepDefinition[] = [validate, price, reserve, charge, pack, ship];
