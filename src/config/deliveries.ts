import type { Settings } from './settings.ts';
import { readWholeNumber } from './whole-number.ts';

/** Azure's own, and its limit. */
const DEFAULT_DELIVERIES = 10;
const MAX_DELIVERIES = 2_000;
/** A body that is sent by claim check is looked for so often, and what fails for now is given back at least once. */
const ENOUGH_DELIVERIES = 3;

/**
 * Reads `MAX_DELIVERY_COUNT`: what the queues and subscriptions have as their maxDeliveryCount, which the app is not told otherwise.
 * Undefined: it is wrong, and the settings hold the reason.
 */
export function readMaxDeliveryCount(settings: Settings): number | undefined {
  const range = { least: 1, most: MAX_DELIVERIES, unit: 'deliveries', byDefault: DEFAULT_DELIVERIES };
  const count = readWholeNumber(settings, 'MAX_DELIVERY_COUNT', range);
  if (count !== undefined && count < ENOUGH_DELIVERIES) {
    settings.warn({
      setting: 'MAX_DELIVERY_COUNT',
      code: 'config_conflict',
      message: `makes a dead letter of a message before it was tried ${ENOUGH_DELIVERIES} times, whatever it failed at`,
      remedy: `Give the queues and subscriptions a maxDeliveryCount of at least ${ENOUGH_DELIVERIES}, best ${DEFAULT_DELIVERIES}, and set the same here.`,
    });
  }
  return count;
}
