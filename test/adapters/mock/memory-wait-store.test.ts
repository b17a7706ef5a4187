import { describe } from 'vitest';
import { MemoryWaitStore } from '../../../src/adapters/mock/memory-wait-store.ts';
import { testWaitStore } from '../../conformance/wait-store.ts';

describe('MemoryWaitStore', () => {
  const store = new MemoryWaitStore();
  testWaitStore(() => store);
});
