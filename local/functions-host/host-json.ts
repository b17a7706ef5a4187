import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HostStartError } from './errors.ts';

type Section = Readonly<Record<string, unknown>>;

const section = z.record(z.string(), z.unknown());

const hostJsonSchema = z.object({
  version: z.literal('2.0'),
  functions: z.array(z.string()).optional(),
  logging: z.object({ logLevel: z.record(z.string(), z.string()).default({}) }).default({ logLevel: {} }),
  extensions: section.default({}),
});

/** The part of host.json that changes what this host does. */
export interface HostJson {
  /** The only functions to run; undefined for all. */
  readonly functions: readonly string[] | undefined;
  /** Log category prefix → level, as written. */
  readonly logLevels: Readonly<Record<string, string>>;
  /** A section under `extensions`, found whatever its case; empty when absent. */
  extensionSection(name: string): Section;
}

/**
 * A section under `extensions` by its schema.
 *
 * @throws HostStartError `host_json_invalid`
 */
export function parseExtensionSection<T extends z.ZodType>(schema: T, name: string, content: Section): z.infer<T> {
  const parsed = schema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new HostStartError('host_json_invalid', `host.json: extensions.${name} is not valid. ${z.prettifyError(parsed.error)}`);
}

const OVERRIDE_PREFIX = /^AzureFunctionsJobHost(?:__|:)(.+)$/i;

/**
 * Reads `host.json` of an app with the environment's `AzureFunctionsJobHost__a__b` overrides applied.
 *
 * @throws HostStartError `host_json_invalid`
 */
export function readHostJson(appDirectory: string, environment: NodeJS.ProcessEnv): HostJson {
  const path = join(appDirectory, 'host.json');
  if (!existsSync(path)) {
    throw new HostStartError(
      'host_json_invalid',
      `${path} does not exist: a Functions app needs it, at least as {"version":"2.0"}.`,
    );
  }
  const file = section.safeParse(readJson(path));
  const parsed = hostJsonSchema.safeParse(file.success ? withOverrides(file.data, environment) : {});
  if (!parsed.success) {
    throw new HostStartError('host_json_invalid', `${path} is not a valid host.json. ${z.prettifyError(parsed.error)}`);
  }
  const { functions, logging, extensions } = parsed.data;
  return {
    functions,
    logLevels: logging.logLevel,
    extensionSection: (name) => section.catch({}).parse(extensions[keyIgnoringCase(extensions, name)]),
  };
}

function withOverrides(file: Section, environment: NodeJS.ProcessEnv): Section {
  let result = file;
  for (const [name, value] of Object.entries(environment)) {
    const path = OVERRIDE_PREFIX.exec(name)?.[1]?.split(/__|:/);
    if (path !== undefined && value !== undefined) result = withValue(result, path, scalarOf(value));
  }
  return result;
}

function withValue(target: Section, [head = '', ...rest]: readonly string[], value: unknown): Section {
  const key = keyIgnoringCase(target, head);
  return { ...target, [key]: rest.length === 0 ? value : withValue(section.catch({}).parse(target[key]), rest, value) };
}

function keyIgnoringCase(target: Section, name: string): string {
  return Object.keys(target).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name;
}

/** The environment knows text only; a setting's reader expects what JSON would have said. */
function scalarOf(text: string): unknown {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new HostStartError('host_json_invalid', `${path} could not be read as JSON.`, { cause: error });
  }
}
