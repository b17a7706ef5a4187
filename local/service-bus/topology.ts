import { z } from 'zod';
import { parseDuration } from './duration.ts';
import type { QueueRules } from './queue-surroundings.ts';

export interface QueueSettings extends QueueRules {
  readonly name: string;
}

/** The entities a broker serves. */
export interface Topology {
  readonly queues: readonly QueueSettings[];
}

export interface TopologyProblem {
  readonly code: 'not_json' | 'invalid_value' | 'duplicate_name' | 'unsupported_entity';
  /** Where in the document, as in `UserConfig.Namespaces[0].Queues[1].Name`. */
  readonly path: string;
  readonly message: string;
}

/** The topology document cannot be served; `problems` holds all that is wrong with it. */
export class TopologyError extends Error {
  readonly code = 'topology_invalid';
  readonly problems: readonly TopologyProblem[];

  constructor(file: string, problems: readonly TopologyProblem[]) {
    const lines = problems.map((problem) => `  ${problem.path || '(document)'}: ${problem.message} [${problem.code}]`);
    super(`${file} is not a valid Service Bus topology; correct these places:\n${lines.join('\n')}`);
    this.name = 'TopologyError';
    this.problems = problems;
  }
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const DAY_MS = 24 * 60 * MINUTE_MS;

function duration(minMs: number, maxMs: number, bounds: string) {
  return z
    .string()
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
      context.addIssue({ code: 'custom', message: `'${text}' must be an ISO 8601 duration ${bounds}` });
      return z.NEVER;
    })
    .optional();
}

const notForwarded = z.literal('', 'forwarding is not supported: leave it out').optional();

const queueSchema = z.object({
  Name: z
    .string()
    .regex(
      /^[A-Za-z0-9](?:[\w./-]{0,258}[A-Za-z0-9])?$/,
      'must be 1 to 260 letters, digits, periods, hyphens, underscores or slashes',
    ),
  Properties: z
    .object({
      LockDuration: duration(1, 5 * MINUTE_MS, 'above zero and of at most PT5M'),
      MaxDeliveryCount: z.int().min(1).max(2000).default(10),
      RequiresDuplicateDetection: z.boolean().default(false),
      DuplicateDetectionHistoryTimeWindow: duration(1, 7 * DAY_MS, 'above zero and of at most P7D'),
      DefaultMessageTimeToLive: duration(1, Number.MAX_SAFE_INTEGER, 'above zero'),
      DeadLetteringOnMessageExpiration: z.boolean().default(false),
      RequiresSession: z.boolean().default(false),
      ForwardTo: notForwarded,
      ForwardDeadLetteredMessagesTo: notForwarded,
    })
    .prefault({}),
});

const namespaceSchema = z.object({
  Name: z.string().optional(),
  Queues: z.array(queueSchema).default([]),
  Topics: z.array(z.object({ Name: z.string() })).default([]),
});

const documentSchema = z.object({ UserConfig: z.object({ Namespaces: z.array(namespaceSchema).min(1) }) });

/**
 * Reads a topology in the JSON shape of Microsoft's Service Bus emulator (`UserConfig.Namespaces[].Queues[]`).
 * `file` names it in messages.
 *
 * @throws TopologyError
 */
export function loadTopology(jsonText: string, file: string): Topology {
  const parsed = documentSchema.safeParse(parseJson(jsonText, file));
  if (!parsed.success) throw new TopologyError(file, parsed.error.issues.map(problemFromIssue));
  const { Namespaces: namespaces } = parsed.data.UserConfig;
  const problems = [...duplicateNames(namespaces), ...unsupportedTopics(namespaces)];
  if (problems.length > 0) throw new TopologyError(file, problems);
  return { queues: namespaces.flatMap((namespace) => namespace.Queues.map(queueSettings)) };
}

function parseJson(jsonText: string, file: string): unknown {
  try {
    return JSON.parse(jsonText);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new TopologyError(file, [{ code: 'not_json', path: '', message }]);
  }
}

function queueSettings({ Name: name, Properties: properties }: z.infer<typeof queueSchema>): QueueSettings {
  return {
    name,
    lockDurationMs: properties.LockDuration ?? MINUTE_MS,
    maxDeliveryCount: properties.MaxDeliveryCount,
    defaultTtlMs: properties.DefaultMessageTimeToLive,
    deadLettersOnExpiry: properties.DeadLetteringOnMessageExpiration,
    duplicateWindowMs: properties.RequiresDuplicateDetection
      ? (properties.DuplicateDetectionHistoryTimeWindow ?? 10 * MINUTE_MS)
      : undefined,
    requiresSession: properties.RequiresSession,
  };
}

type Namespaces = readonly z.infer<typeof namespaceSchema>[];

function duplicateNames(namespaces: Namespaces): TopologyProblem[] {
  const seen = new Set<string>();
  const problems: TopologyProblem[] = [];
  for (const [n, namespace] of namespaces.entries()) {
    for (const [q, { Name: name }] of namespace.Queues.entries()) {
      const path = `UserConfig.Namespaces[${n}].Queues[${q}].Name`;
      if (seen.has(name.toLowerCase())) {
        problems.push({ code: 'duplicate_name', path, message: `there is another queue '${name}' (names ignore case)` });
      }
      seen.add(name.toLowerCase());
    }
  }
  return problems;
}

function unsupportedTopics(namespaces: Namespaces): TopologyProblem[] {
  return namespaces.flatMap((namespace, n) =>
    namespace.Topics.map((topic, t) => ({
      code: 'unsupported_entity' as const,
      path: `UserConfig.Namespaces[${n}].Topics[${t}]`,
      message: `the topic '${topic.Name}' cannot be served: this broker has queues only`,
    })),
  );
}

function problemFromIssue(issue: { readonly path: readonly PropertyKey[]; readonly message: string }): TopologyProblem {
  const path = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return { code: 'invalid_value', path: path.replace(/^\./, ''), message: issue.message };
}
