import { describe } from 'vitest';
import { MemoryEntityStore } from '../../../src/adapters/mock/memory-entity-store.ts';
import { testEntityStore } from '../../conformance/entity-store.ts';

describe('MemoryEntityStore', () => {
  const store = new MemoryEntityStore();
  testEntityStore(() => store);
});
