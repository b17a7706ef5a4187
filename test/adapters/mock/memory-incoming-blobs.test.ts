import { describe } from 'vitest';
import { MemoryIncomingBlobs } from '../../../src/adapters/mock/memory-incoming-blobs.ts';
import { testIncomingBlobs } from '../../conformance/incoming-blobs.ts';

describe('MemoryIncomingBlobs', () => {
  testIncomingBlobs(() => {
    const blobs = new MemoryIncomingBlobs();
    const place = { connection: 'DATA', container: 'incoming' };
    return {
      blobs,
      place,
      leave: async (name, content) => blobs.leave({ ...place, name }, content).etag,
      remove: async (name) => blobs.remove({ ...place, name }),
    };
  });
});
