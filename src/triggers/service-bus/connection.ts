import type { JsonObject } from '../../json.ts';
import { isSettingName, reportConnection, settingReferred } from '../setting-name.ts';
import type { Report } from '../trigger-report.ts';

/** The settings' prefix where the document names none; the app sends over it too. */
export const DEFAULT_CONNECTION = 'SB';

const REMEDIES = {
  inline: `Put it into a setting and write '\${NAME}', or use an identity: 'connection: SB' with SB__fullyQualifiedNamespace.`,
  other: `Write 'connection: SB' or 'connection_string: \${NAME}'.`,
};

/** The name of the setting; a connection itself never belongs into a document, nor into a message about it. */
export function readConnection(config: JsonObject, report: Report): string | undefined {
  const field = config['connection'] === undefined ? 'connection_string' : 'connection';
  const value = config[field] ?? DEFAULT_CONNECTION;
  const referred = settingReferred(value);
  if (referred !== undefined) return referred;
  const isName = isSettingName(value) && (field === 'connection' || config[field] === undefined);
  if (isName) return value;
  reportConnection(field, value, REMEDIES, report);
  return undefined;
}
