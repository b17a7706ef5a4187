import type { AdapterDefinition } from '../src/nodes/adapters.ts';
import type { HandlerDefinition } from '../src/nodes/handlers.ts';
import type { ServiceDefinition } from '../src/nodes/services.ts';
import type { StepDefinition } from '../src/nodes/steps.ts';
import { charge } from './charge.ts';
import { pack } from './pack.ts';
import { price } from './price.ts';
import { report } from './report.ts';
import { reserve } from './reserve.ts';
import { check } from './sales/check.ts';
import { merge } from './sales/merge.ts';
import { split } from './sales/split.ts';
import { ship } from './ship.ts';
import { validate } from './validate.ts';

/** The functions that pipelines can call by name (`fn: charge`). A step that is not listed here does not exist. */
export const steps: readonly StepDefinition[] = [validate, price, reserve, charge, pack, ship, report, split, check, merge];

/** What pipelines can name in `ports`, besides the built-in adapters: `defineAdapter(…)`. */
export const adapters: readonly AdapterDefinition[] = [];

/** The classes that pipelines can name in `services`: `defineService(…)`. */
export const services: readonly ServiceDefinition[] = [];

/** What state machines can call after a transition: `defineHandler(…)`. */
export const handlers: readonly HandlerDefinition[] = [];
