/**
 * What an operation costs, in request units: a model that fits published figures (a 1 KB point read is 1, a 100 KB one 10;
 * a 1 KB write 5 to 6, a replacement about twice that). It is for comparing designs, not for predicting a bill.
 */
export function readCharge(bytes: number): number {
  return round(1 + 0.0909 * (kilobytes(bytes) - 1));
}

export function createCharge(bytes: number): number {
  return round(5.29 + 0.48 * (kilobytes(bytes) - 1));
}

export function deleteCharge(bytes: number): number {
  return createCharge(bytes);
}

/** A replacement takes the old entries out of the index and puts the new ones in. */
export function replaceCharge(bytes: number): number {
  return round(10.29 + 0.96 * (kilobytes(bytes) - 1));
}

/** `loaded` counts the documents the query looked at, `bytes` is the size of its answer. */
export function queryCharge(loaded: number, bytes: number): number {
  return round(2.82 + 0.02 * loaded + 0.06 * (kilobytes(bytes) - 1));
}

export function feedCharge(bytes: number): number {
  return round(1.5 + 0.0909 * (kilobytes(bytes) - 1));
}

/** A request that was refused, or found nothing. */
export const REFUSED_CHARGE = 1.24;
export const METADATA_CHARGE = 1;
export const THROTTLED_CHARGE = 0.38;

function kilobytes(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / 1024));
}

export function round(charge: number): number {
  return Math.round(charge * 100) / 100;
}
