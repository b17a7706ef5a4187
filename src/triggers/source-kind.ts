import type { JsonObject } from '../json.ts';
import type { Trigger, TriggerSource } from './trigger.ts';
import type { Report } from './trigger-report.ts';

/** What readers of `spec.config` may look at besides. */
export interface SourceContext {
  /** The app's settings, as far as they are known where the document is read. */
  readonly settings: Readonly<Record<string, string | undefined>>;
  /** Unix milliseconds: what lies ahead of it can be warned of. */
  readonly now: number;
}

/** Something that only one trigger of an app may have: a queue, a route. */
export interface Exclusive {
  /** The same text means the same thing. */
  readonly resource: string;
  /** That there are two, as the beginning of a sentence. */
  readonly message: string;
  readonly remedy: string;
}

/** A value of `spec.type`. Each kind of source is one entry of `trigger-document.ts`. */
export interface SourceKind<Source extends TriggerSource = TriggerSource> {
  readonly type: Source['type'];
  /** Its events have a key by nature, and no other one would do. */
  readonly hasOwnKey?: true;
  /** Reads `spec.config`. Undefined: something is wrong with it, and reported. */
  read(config: JsonObject, report: Report, context: SourceContext): Source | undefined;
  exclusive?(source: Source, settings: SourceContext['settings']): Exclusive;
  /** What can only be told of the whole trigger; places are those of `spec.config`. */
  check?(trigger: Trigger<Source>, report: Report, context: SourceContext): void;
}
