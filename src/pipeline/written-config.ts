import { isJsonObject, type JsonObject } from '../json.ts';
import type { Path } from './documents.ts';
import type { Report } from './report.ts';
import { mappingExpected } from './schema-problems.ts';

/** A configuration, and where it stands; where it would, if none is written. */
export interface WrittenConfig {
  readonly value: JsonObject;
  readonly path: Path;
  readonly isWritten: boolean;
}

/** Reads the `config` of what stands at `path`, or `params`, as some documents call it. One that is no mapping is reported. */
export function readConfig(holder: JsonObject, path: Path, report: Report): WrittenConfig {
  const key = holder['config'] === undefined && holder['params'] !== undefined ? 'params' : 'config';
  const at = [...path, key];
  const value = holder[key] ?? undefined;
  if (isJsonObject(value)) return { value, path: at, isWritten: true };
  if (value !== undefined) report.error(at, mappingExpected(`'${key}'`));
  return { value: {}, path: at, isWritten: false };
}
