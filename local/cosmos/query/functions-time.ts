import type { BuiltIn } from './functions.ts';

/** .NET ticks: 100 ns since the year 1. */
const TICKS_AT_EPOCH = 621_355_968_000_000_000;

export const TIME_FUNCTIONS: Readonly<Record<string, BuiltIn>> = {
  GETCURRENTDATETIME: { arity: [0, 0], call: (_values, now) => dateTime(now) },
  GETCURRENTTIMESTAMP: { arity: [0, 0], call: (_values, now) => now },
  GETCURRENTTICKS: { arity: [0, 0], call: (_values, now) => now * 10_000 + TICKS_AT_EPOCH },
  TIMESTAMPTODATETIME: {
    arity: [1, 1],
    call: ([timestamp]) => (typeof timestamp === 'number' ? dateTime(timestamp) : undefined),
  },
  DATETIMETOTIMESTAMP: {
    arity: [1, 1],
    call: ([text]) => {
      const timestamp = typeof text === 'string' ? Date.parse(text) : Number.NaN;
      return Number.isNaN(timestamp) ? undefined : timestamp;
    },
  },
};

/** ISO 8601 with the seven decimals of .NET. */
function dateTime(timestamp: number): string | undefined {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace('Z', '0000Z');
}
