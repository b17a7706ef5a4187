import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { HostStartError } from './errors.ts';

const FILE_NAME = 'local.settings.json';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);

const localSettingsSchema = z.object({
  IsEncrypted: z.boolean().default(false),
  Values: z.record(z.string(), scalar).default({}),
  ConnectionStrings: z.record(z.string(), scalar).default({}),
  Host: z
    .object({
      LocalHttpPort: z.number().int().min(0).max(65_535).optional(),
      CORS: z.string().optional(),
      CORSCredentials: z.boolean().optional(),
    })
    .default({}),
});

/** What `local.settings.json` says: application settings, and how the host itself should listen. */
export interface LocalSettings {
  readonly values: Readonly<Record<string, string>>;
  readonly localHttpPort: number | undefined;
  /** Origins allowed to call from a browser; empty when CORS is not configured. */
  readonly corsOrigins: readonly string[];
  readonly corsCredentials: boolean;
}

/**
 * Reads `local.settings.json` of an app; a missing file is an empty one.
 *
 * @throws HostStartError `settings_invalid`
 */
export function readLocalSettings(appDirectory: string): LocalSettings {
  const path = join(appDirectory, FILE_NAME);
  const parsed = localSettingsSchema.safeParse(existsSync(path) ? readJson(path) : {});
  if (!parsed.success) {
    throw new HostStartError('settings_invalid', `${path} is not a valid settings file. ${z.prettifyError(parsed.error)}`);
  }
  const { IsEncrypted, Values, ConnectionStrings, Host } = parsed.data;
  if (IsEncrypted) {
    throw new HostStartError(
      'settings_invalid',
      `${path} is encrypted, and only Core Tools on the machine that encrypted it can read it: run "func settings decrypt" there.`,
    );
  }
  return {
    values: { ...textValues(Values), ...textValues(ConnectionStrings, 'ConnectionStrings:') },
    localHttpPort: Host.LocalHttpPort,
    corsOrigins: (Host.CORS ?? '').split(',').flatMap((origin) => origin.trim() || []),
    corsCredentials: Host.CORSCredentials ?? false,
  };
}

/** Puts settings into the environment; names that are there already keep their value. */
export function applySettings(environment: NodeJS.ProcessEnv, values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) environment[name] ??= value;
}

/**
 * Replaces each `%NAME%` by that setting's value.
 *
 * @throws HostStartError `setting_missing`
 */
export function resolveSettingReferences(text: string, setting: (name: string) => string | undefined): string {
  return text.replace(/%([^%]+)%/g, (_reference, name: string) => {
    const value = setting(name);
    if (value === undefined) {
      throw new HostStartError(
        'setting_missing',
        `"${text}" refers to the setting ${name}, which is not set: add it to "Values" of ${FILE_NAME} or to the environment.`,
      );
    }
    return value;
  });
}

function textValues(values: Readonly<Record<string, string | number | boolean | null>>, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === null ? [] : [[`${prefix}${name}`, String(value)]])),
  );
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new HostStartError('settings_invalid', `${path} could not be read as JSON.`, { cause: error });
  }
}
