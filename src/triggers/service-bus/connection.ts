import type { JsonObject } from '../../json.ts';
import type { Report } from '../trigger-report.ts';

/** The settings' prefix where the document names none; the app sends over it too. */
export const DEFAULT_CONNECTION = 'SB';

const SETTING_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const REFERENCE = /^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$/;
const CONNECTION_STRING = /=|:\/\//;

/** The name of the setting; a connection itself never belongs into a document, nor into a message about it. */
export function readConnection(config: JsonObject, report: Report): string | undefined {
  const field = config['connection'] === undefined ? 'connection_string' : 'connection';
  const value = config[field] ?? DEFAULT_CONNECTION;
  const name = typeof value === 'string' ? (REFERENCE.exec(value)?.[1] ?? value) : '';
  const isReference = field === 'connection' || name !== value || config[field] === undefined;
  if (SETTING_NAME.test(name) && isReference) return name;
  if (CONNECTION_STRING.test(name)) {
    report({
      code: 'secret_inline',
      path: [field],
      message: `'${field}' holds a connection string.`,
      remedy: `Put it into a setting and write '\${NAME}', or use an identity: 'connection: SB' with SB__fullyQualifiedNamespace.`,
    });
  } else {
    const message = `'${field}' does not name a setting.`;
    report({
      code: 'setting_reference',
      path: [field],
      message,
      remedy: `Write 'connection: SB' or 'connection_string: \${NAME}'.`,
    });
  }
  return undefined;
}
