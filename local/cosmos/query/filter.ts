import type { JsonObject } from '../json.ts';
import type { Context } from './evaluate.ts';
import { parseFilter } from './parser.ts';
import { rowsOf, runSubquery } from './rows.ts';

/** Whether a document passes `FROM c WHERE …`. @throws CosmosError (400) when that cannot be parsed */
export function passesFilter(condition: string, document: JsonObject, now: number): boolean {
  const context: Context = { parameters: new Map(), root: document, bindings: undefined, now, runSubquery };
  return rowsOf(parseFilter(condition), context).next().done !== true;
}
