import type { z } from 'zod';
import type { AdapterCatalog } from '../pipeline/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { readConfig } from './config-problems.ts';
import { ConfiguredRegistry } from './configured-registry.ts';

/** What an adapter is given besides its configuration. */
export interface AdapterContext {
  /** The port it is made for, for messages. */
  readonly port: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface AdapterDefinition {
  readonly name: string;
  readonly aliases: readonly string[];
  /** The only port it fits (`llm`, `memory`, …); undefined if it may fit any. */
  readonly port?: string | undefined;
  /** What `config` may hold. Values that are references to secrets fit every text. */
  readonly config: z.ZodType;
  /** The port, ready for use; connections open at its first call. @throws PermanentError (`adapter_config_invalid`) */
  create(config: unknown, context: AdapterContext): unknown;
}

export interface AdapterOptions<Config extends z.ZodType> {
  readonly aliases?: readonly string[];
  readonly port?: string;
  readonly config: Config;
  readonly create: (config: z.infer<Config>, context: AdapterContext) => unknown;
}

/** Names an adapter, so that a pipeline can use it: `ports: {llm: {adapter: <name>, config: {…}}}`. */
export function defineAdapter<Config extends z.ZodType>(
  name: string,
  { aliases = [], port, config, create }: AdapterOptions<Config>,
): AdapterDefinition {
  return {
    name,
    aliases,
    port,
    config,
    create(given, context) {
      const owner = `the adapter '${name}' of port '${context.port}'`;
      return create(readConfig(config, given, { owner, code: 'adapter_config_invalid' }), context);
    },
  };
}

export class AdapterRegistry extends ConfiguredRegistry<AdapterDefinition> implements AdapterCatalog {
  constructor(adapters: Iterable<AdapterDefinition>) {
    super('Adapter', adapters);
  }

  portsOf(name: string): readonly string[] | undefined {
    const port = this.get(name)?.port;
    return port === undefined ? undefined : [port];
  }

  /** Whether the name is one of hexDAG's that this build knows of but has no adapter for. */
  isUnavailable(name: string): boolean {
    return !this.has(name) && (UNAVAILABLE.has(name) || UNAVAILABLE.has(name.slice(name.lastIndexOf('.') + 1)));
  }
}

/** Names that pipelines written for hexDAG use and that have no counterpart here yet. */
const UNAVAILABLE: ReadonlySet<string> = new Set([
  ...['azure_openai', 'azure_keyvault', 'azure_cosmos', 'cosmos_memory', 'azure_blob'],
  ...['AzureOpenAIAdapter', 'AzureKeyVaultAdapter', 'AzureCosmosAdapter', 'AzureBlobAdapter'],
  ...['open_ai_adapter', 'llm:openai', 'openai', 'OpenAIAdapter', 'anthropic_adapter', 'llm:anthropic', 'AnthropicAdapter'],
  ...['vertex_ai_adapter', 'VertexAIAdapter', 'ollama_adapter', 'OllamaAdapter'],
  ...['file_memory_adapter', 'FileMemoryAdapter', 'sq_lite_adapter', 'SQLiteAdapter'],
]);
