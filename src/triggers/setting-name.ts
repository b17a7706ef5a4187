import type { JsonValue } from '../json.ts';
import type { Report } from './trigger-report.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const REFERENCE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;
const CONNECTION_STRING = /=|:\/\//;

/** Whether a setting can be called so. */
export function isSettingName(value: JsonValue): value is string {
  return typeof value === 'string' && NAME.test(value);
}

/** The setting that `${NAME}` stands for; undefined for anything else. */
export function settingReferred(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? REFERENCE.exec(value)?.[1] : undefined;
}

/** Tells that a field should name the setting that holds a connection. What it holds instead is not shown: it may be the connection. */
export function reportConnection(
  field: string,
  value: JsonValue,
  remedies: { readonly inline: string; readonly other: string },
  report: Report,
): void {
  const isInline = typeof value === 'string' && CONNECTION_STRING.test(value);
  report({
    code: isInline ? 'secret_inline' : 'setting_reference',
    path: [field],
    message: isInline ? `'${field}' holds a connection string.` : `'${field}' does not name a setting.`,
    remedy: isInline ? remedies.inline : remedies.other,
  });
}
