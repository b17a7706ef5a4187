import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonValue } from './json.ts';

/** What the host is told by the host.json of the app's folder; undefined if there is none, or it is no JSON: the host tells of that. */
export function readHostFile(folder: string): JsonValue | undefined {
  const path = join(folder, 'host.json');
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
