import { createHash } from 'node:crypto';
import { isJsonObject, type JsonValue } from '../../json.ts';
import { readKeyHeader } from '../event-key.ts';
import { type Reading, read } from '../rejection.ts';
import type { SentEvent } from '../trigger-event.ts';
import type { Delivery } from './delivery.ts';
import type { Verification } from './verification.ts';

/** How a delivery is marked as the same one again. */
export type DeliveryMark = Pick<SentEvent, 'id' | 'idName'>;

/**
 * What a repetition of a delivery is known by, where its events have no ids of their own.
 *
 * Of a signed request only what is signed may count: whoever has recorded one can send it again with another id in a header that is
 * not. So where the id is not signed (GitHub, most senders of plain HMAC), the signed body itself is the mark, and a recorded request
 * starts nothing ever after; two events with the same body, byte for byte, are one event then. Without a signature there is nothing
 * to trust more than another, and the standard header counts.
 */
export function deliveryMark(delivery: Delivery, data: JsonValue, verification: Verification): Reading<DeliveryMark> {
  const header = delivery.headers.get('idempotency-key');
  const key = header === null ? undefined : readKeyHeader(header);
  if (key?.kind === 'refused') return key;
  if (verification.kind !== 'signature') return read({ id: key?.value, idName: 'the header Idempotency-Key' });
  if (delivery.signedId !== undefined) return read({ id: delivery.signedId, idName: 'the id of the delivery' });
  const { idMember } = verification.scheme;
  const own = idMember !== undefined && isJsonObject(data) ? data[idMember] : undefined;
  if (typeof own === 'string' && own !== '') return read({ id: own, idName: `the body's ${idMember}` });
  const hash = createHash('sha256').update(delivery.body).digest('hex');
  return read({ id: `sha256:${hash}`, idName: 'the hash of the body' });
}
