import { z } from 'zod';

/** The databases and containers that must exist once the endpoint has started. */
export interface CosmosLayout {
  databases: { id: string; containers: ContainerLayout[] }[];
}

export interface ContainerLayout {
  id: string;
  /** The path of the partition key, e.g. `/runId`. */
  partitionKey: string;
  /** Seconds; -1 lets items carry their own `ttl`; absent, nothing expires. */
  defaultTtl?: number | undefined;
  /** Top-level properties that few items have and queries compare, e.g. `/expiresAt`. */
  indexedPaths?: string[] | undefined;
}

/** The layout file cannot be used; the message lists every problem. */
export class CosmosLayoutError extends Error {
  readonly code = 'cosmos_layout_invalid';

  constructor(file: string, problems: readonly string[]) {
    super([`The Cosmos DB layout ${file} is not valid:`, ...problems.map((problem) => `  - ${problem}`)].join('\n'));
    this.name = 'CosmosLayoutError';
  }
}

const resourceId = z
  .string()
  .min(1, 'must not be empty')
  .max(255, 'must have at most 255 characters')
  .regex(/^[^/\\#?]*[^/\\#? ]$/, 'must not contain / \\ # ? nor end with a space');

const container = z.strictObject({
  id: resourceId,
  partitionKey: z.string().regex(/^(\/[^/]+)+$/, 'must be a path such as "/runId"'),
  defaultTtl: z
    .number()
    .int('must be a whole number of seconds')
    .refine((seconds) => seconds === -1 || seconds > 0, 'must be -1 or a positive number of seconds')
    .optional(),
  indexedPaths: z.array(z.string().regex(/^\/[A-Za-z]\w*$/, 'must be a top-level path such as "/expiresAt"')).optional(),
});

const layout = z.strictObject({
  databases: z
    .array(z.strictObject({ id: resourceId, containers: z.array(container).superRefine(uniqueIds) }))
    .superRefine(uniqueIds),
});

function uniqueIds(entries: readonly { id: string }[], context: z.RefinementCtx): void {
  for (const [index, { id }] of entries.entries()) {
    if (entries.findIndex((entry) => entry.id === id) === index) continue;
    context.addIssue({ code: 'custom', path: [index, 'id'], message: `"${id}" is named twice` });
  }
}

/**
 * Reads a layout file's text; `file` names it in the message.
 *
 * @throws CosmosLayoutError with all problems at once
 */
export function loadLayout(jsonText: string, file: string): CosmosLayout {
  const parsed = layout.safeParse(parseJson(jsonText, file));
  if (parsed.success) return parsed.data;
  throw new CosmosLayoutError(
    file,
    parsed.error.issues.map((issue) => `${issue.path.join('.') || '(root)'}: ${issue.message}`),
  );
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CosmosLayoutError(file, [error instanceof Error ? error.message : String(error)]);
  }
}
