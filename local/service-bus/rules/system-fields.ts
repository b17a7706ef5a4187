/** The fields of a message that rules read and write, in the order that correlation filters have on the wire. */
export const SYSTEM_FIELDS = [
  'correlationId',
  'messageId',
  'to',
  'replyTo',
  'subject',
  'sessionId',
  'replyToSessionId',
  'contentType',
] as const;

export type SystemField = (typeof SYSTEM_FIELDS)[number];

/** The system properties that SQL can name, in lower case, with the field each stands for. */
export const SYSTEM_PROPERTIES: ReadonlyMap<string, SystemField> = new Map<string, SystemField>([
  ['label', 'subject'],
  ...SYSTEM_FIELDS.map((field) => [field.toLowerCase(), field] as const),
]);
