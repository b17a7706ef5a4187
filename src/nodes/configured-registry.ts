import type { z } from 'zod';
import type { JsonObject } from '../json.ts';
import type { ConfigProblem, ConfiguredCatalog } from '../pipeline/catalog.ts';
import { configProblems } from './config-problems.ts';
import { Registry } from './registry.ts';

interface Configured {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Undefined if it takes whatever comes. */
  readonly config?: z.ZodType;
}

/** Definitions of what pipelines configure. */
export class ConfiguredRegistry<Definition extends Configured> extends Registry<Definition> implements ConfiguredCatalog {
  problemsOf(name: string, config: JsonObject): readonly ConfigProblem[] {
    const schema = this.get(name)?.config;
    return schema === undefined ? [] : configProblems(schema, config);
  }
}
