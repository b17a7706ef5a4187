import type { Settings } from './settings.ts';

export interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly unit: string;
  readonly byDefault: number;
}

const DIGITS = /^-?\d{1,15}$/;

/** Reads a setting that is a whole number. Undefined: it is wrong, and the settings hold the reason. */
export function readWholeNumber(settings: Settings, setting: string, range: NumberRange): number | undefined {
  const { least, most, unit, byDefault } = range;
  const value = settings.value(setting);
  if (value === undefined) return settings.has(setting) ? undefined : byDefault;
  const remedy = `Set it to a number of ${unit} from ${least} to ${most}, in digits alone.`;
  if (!DIGITS.test(value)) {
    settings.report({ setting, code: 'config_integer', message: 'is no whole number', remedy });
    return undefined;
  }
  const number = Number(value);
  if (number >= least && number <= most) return number;
  settings.report({ setting, code: 'config_range', message: 'is too small or too large', remedy });
  return undefined;
}
