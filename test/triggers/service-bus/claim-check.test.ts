import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MemoryClaimCheckStore } from '../../../src/adapters/mock/memory-claim-check-store.ts';
import { redeemClaimCheck } from '../../../src/triggers/service-bus/claim-check.ts';

const BODY = Buffer.from('{"orderId":"A1"}');
const SHA_256 = createHash('sha256').update(BODY).digest('hex');
const FIRST = { deliveryCount: 1, maxDeliveryCount: 10 };

function storeWith(path: string, content: Uint8Array = BODY): MemoryClaimCheckStore {
  const store = new MemoryClaimCheckStore();
  store.leave(path, content);
  return store;
}

function reference(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

describe('a claim check', () => {
  it.each([
    ['just the path', { blob: 'orders/1.json' }, 'application/json'],
    ['the hash as well', { blob: 'orders/1.json', sha256: SHA_256 }, 'application/json'],
    ['the hash in capitals', { blob: 'orders/1.json', sha256: SHA_256.toUpperCase() }, 'application/json'],
    [
      'the type of the body',
      { blob: 'orders/1.json', contentType: 'application/cloudevents+json' },
      'application/cloudevents+json',
    ],
    ['members nobody knows', { blob: 'orders/1.json', region: 'north' }, 'application/json'],
  ])('stands for the body in the blob, given %s', async (_, value, contentType) => {
    const store = storeWith('orders/1.json');

    const redeemed = await redeemClaimCheck(reference(value), store, FIRST);

    expect(redeemed).toEqual({
      kind: 'read',
      value: { body: Uint8Array.from(BODY), contentType, place: 'the blob "orders/1.json"' },
    });
  });

  it.each([
    ['climbs', '../../other/x.json'],
    ['climbs within', 'a/../b'],
    ['stands still', 'a/./b'],
    ['is absolute', '/a'],
    ['ends in a slash', 'a/'],
    ['is empty', ''],
    ['has an empty segment', 'a//b'],
    ['has a backslash', 'a\\..\\b'],
    ['has a line break', 'a\r\nb'],
    ['has a C1 control', 'a\u0085b'],
    ['has half a character', 'a\ud800b'],
    ['turns the text around', '/\u202egnp.exe'],
    ['is too long', 'x'.repeat(1_025)],
  ])('is refused if its path %s, and what is said of it is one clean line', async (_, blob) => {
    const store = storeWith(blob);

    const redeemed = await redeemClaimCheck(reference({ blob }), store, FIRST);

    expect(redeemed).toMatchObject({ kind: 'refused', rejection: { code: 'claim_path_invalid', path: '$.blob' } });
    const message = redeemed.kind === 'refused' ? redeemed.rejection.message : '';
    expect(message).toMatch(/^[^\p{C}\u2028\u2029]{20,500}$/u);
  });

  it.each(['%2e%2e/x', 'a/..b/c', '{{ 7*7 }}.json', 'größe/ü.json', 'x'.repeat(1_024)])(
    'takes the path %j as it is',
    async (blob) => {
      const store = storeWith(blob);

      const redeemed = await redeemClaimCheck(reference({ blob }), store, FIRST);

      expect(redeemed.kind).toBe('read');
    },
  );

  it.each([
    ['no object', ['orders/1.json'], '$'],
    ['no blob', {}, '$.blob'],
    ['a blob that is no text', { blob: 7 }, '$.blob'],
    ['a hash that is none', { blob: 'orders/1.json', sha256: 'abc' }, '$.sha256'],
    ['a type that is no text', { blob: 'orders/1.json', contentType: 7 }, '$.contentType'],
  ])('is refused if it has %s', async (_, value, path) => {
    const store = storeWith('orders/1.json');

    const redeemed = await redeemClaimCheck(reference(value), store, FIRST);

    expect(redeemed).toMatchObject({ kind: 'refused', rejection: { code: 'claim_check_invalid', path } });
  });

  it('is refused if it is no JSON itself', async () => {
    const redeemed = await redeemClaimCheck(Buffer.from('{"blob":'), new MemoryClaimCheckStore(), FIRST);

    expect(redeemed).toMatchObject({ rejection: { code: 'body_not_json', offset: 8 } });
  });

  it('is refused if the blob holds something else', async () => {
    const store = storeWith('orders/1.json', Buffer.from('{"orderId":"B2"}'));

    const redeemed = await redeemClaimCheck(reference({ blob: 'orders/1.json', sha256: SHA_256 }), store, FIRST);

    expect(redeemed).toMatchObject({
      rejection: { code: 'claim_hash_mismatch', message: expect.stringContaining('orders/1.json') },
    });
  });

  it('may stand for 16 MiB and no byte more', async () => {
    const store = storeWith('most', Buffer.alloc(16 * 1024 * 1024, ' '));
    store.leave('more', Buffer.alloc(16 * 1024 * 1024 + 1, ' '));

    const most = await redeemClaimCheck(reference({ blob: 'most' }), store, FIRST);
    const more = await redeemClaimCheck(reference({ blob: 'more' }), store, FIRST);

    expect(most.kind).toBe('read');
    expect(more).toMatchObject({
      rejection: { code: 'body_too_large', message: expect.stringMatching(/"more".*16777216.*split/) },
    });
  });

  it.each([
    ['twice', 10, [1, 2]],
    ['once, where the queue delivers twice at most', 2, [1]],
  ])('whose blob is missing is asked for again %s, then refused', async (_, maxDeliveryCount, early) => {
    const store = new MemoryClaimCheckStore();
    const claim = reference({ blob: 'orders/late.json' });
    const last = early.length + 1;

    const codes = await Promise.all(
      early.map((deliveryCount) =>
        redeemClaimCheck(claim, store, { deliveryCount, maxDeliveryCount }).catch((error: unknown) => error),
      ),
    );
    const refused = await redeemClaimCheck(claim, store, { deliveryCount: last, maxDeliveryCount });

    expect(codes).toEqual(early.map(() => expect.objectContaining({ code: 'claim_not_found', retryable: true })));
    expect(refused).toMatchObject({
      rejection: { code: 'claim_not_found', message: expect.stringMatching(/"orders\/late\.json".*write the blob before/) },
    });
  });
});
