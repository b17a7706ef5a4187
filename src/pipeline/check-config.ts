import { isJsonObject, type JsonObject, type JsonValue } from '../json.ts';
import type { ConfigProblem } from './catalog.ts';
import type { Path } from './documents.ts';
import { plainScalar } from './plain-scalar.ts';
import type { Report } from './report.ts';
import { textsIn, valueAt, withTextAt } from './value-at.ts';
import { referencesInText } from './variable-reference.ts';

/** What is wrong with a configuration, by what is registered for it. */
export type ProblemsOf = (config: JsonObject) => readonly ConfigProblem[];

/** Where a place of a configuration is written. */
export type ConfigPlace = (path: Path) => { readonly path: Path; readonly report: Report };

export interface ConfigCheck {
  readonly problemsOf: ProblemsOf;
  readonly place: ConfigPlace;
  readonly code: string;
  /** For the message: "adapter 'mock_llm'". */
  readonly owner: string;
  /** Whether a text becomes something else when it is used, besides references to secrets. */
  readonly isReplaced?: (text: string) => boolean;
}

/** Reports what is wrong with a configuration. What becomes known when it is used (a secret) is not looked at. */
export function checkConfig(config: JsonObject, check: ConfigCheck): void {
  const { problemsOf, place, code, owner, isReplaced = () => false } = check;
  const isOpen = (text: string) => referencesInText(text).length > 0 || isReplaced(text);
  for (const { path, message, atKey = false } of problemsOf(config)) {
    if (!atKey && textsIn(valueAt(config, path)).some(isOpen)) continue;
    const { report, path: written } = place(path);
    const what = path.length === 0 ? 'The configuration' : `'${path.join('.')}'`;
    report.problem({ path: written, atKey, code, message: `${what} of ${owner}: ${message}.`, remedy: undefined });
  }
}

/** A macro renders texts only. Where one does not fit, the number or boolean that it spells is taken for it. */
export function withRenderedScalars(config: JsonObject, problemsOf: ProblemsOf): JsonObject {
  const problems = problemsOf(config);
  const changed = problems.reduce<JsonValue>((value, { path }) => withTextAt(value, path, plainScalar), config);
  return isJsonObject(changed) && problemsOf(changed).length < problems.length ? changed : config;
}
