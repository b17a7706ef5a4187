import { z } from 'zod';
import { type AdapterDefinition, defineAdapter } from '../nodes/adapters.ts';
import { consoleNotifier } from './host/console-notifier.ts';
import { FolderStorage } from './host/folder-storage.ts';
import { httpClientAdapter } from './http/http-client-adapter.ts';
import { InMemory } from './mock/in-memory.ts';
import { mockLlm, mockLlmConfig } from './mock/mock-llm.ts';

const mockLlmAdapter = defineAdapter('mock_llm', {
  aliases: ['llm:mock', 'plugin:mock_llm', 'MockLLM'],
  port: 'llm',
  config: mockLlmConfig,
  create: (config) => mockLlm(config),
});

const inMemoryAdapter = defineAdapter('in_memory', {
  aliases: ['in_memory_memory', 'memory:in_memory', 'InMemoryMemory'],
  port: 'memory',
  config: z.looseObject({}),
  create: () => new InMemory(),
});

const folderAdapter = defineAdapter('local_filesystem', {
  aliases: ['storage:local', 'LocalFileStorage'],
  port: 'storage',
  config: z.looseObject({ base_path: z.string().min(1).default('.hexdag/files') }),
  create: ({ base_path: root }) => new FolderStorage(root),
});

const notifierAdapter = defineAdapter('console_notification_adapter', {
  aliases: ['console_notification', 'notification:console', 'ConsoleNotificationAdapter'],
  port: 'notification',
  config: z.looseObject({}),
  create: (_, { log }) => consoleNotifier(log),
});

/** The adapters every pipeline can name. Yours are listed in `steps/`. */
export const builtinAdapters: readonly AdapterDefinition[] = [
  httpClientAdapter,
  mockLlmAdapter,
  inMemoryAdapter,
  folderAdapter,
  notifierAdapter,
];

/** Ports that pipelines need not declare, and their adapters. */
export const DEFAULT_PORTS: Readonly<Record<string, string>> = { api_call: httpClientAdapter.name };
