import { createHash } from 'node:crypto';
import { HexdagError } from '../../errors.ts';
import { isJsonObject, type JsonValue } from '../../json.ts';
import { CLAIMED_BODY_BYTES } from '../../limits.ts';
import type { ClaimCheckStore } from '../../ports/claim-check-store.ts';
import { isPrintable, MAX_BLOB_PATH, segmentFault } from '../blob-path.ts';
import { type Reading, read, refuse } from '../rejection.ts';
import { shownPath } from '../shown-path.ts';
import { readJson } from '../strict-json.ts';

/** What a message says instead of carrying its body. */
interface ClaimCheck {
  /** Path in the container of claimed bodies. */
  readonly blob: string;
  /** Lower-case hexadecimal. */
  readonly sha256?: string;
  readonly contentType: string;
}

/** A body that lay where the claim check points. */
export interface RedeemedBody {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** Where it lay, for messages. */
  readonly place: string;
}

const SHA_256 = /^[0-9a-f]{64}$/i;
/** Its sender may send first and write then. */
const DELIVERIES_WITHOUT_BLOB = 3;

/** The blob may still be on its way: the message is to be delivered again. */
class ClaimNotFoundError extends HexdagError {
  readonly code = 'claim_not_found';
  readonly retryable = true;
}

/**
 * Fetches the body that a claim check stands for. `deliveryCount` is this delivery's number, `maxDeliveryCount` the last one's.
 * @throws ClaimNotFoundError on the first deliveries that find no blob; whatever the store throws
 */
export async function redeemClaimCheck(
  reference: Uint8Array,
  store: ClaimCheckStore,
  { deliveryCount, maxDeliveryCount }: { readonly deliveryCount: number; readonly maxDeliveryCount: number },
): Promise<Reading<RedeemedBody>> {
  const claim = readClaimCheck(reference);
  if (claim.kind === 'refused') return claim;
  const { blob, sha256, contentType } = claim.value;
  const claimed = await store.read(blob, CLAIMED_BODY_BYTES);
  if (claimed.kind === 'missing') {
    const message = `There is no blob ${shownPath(blob)} among the claimed bodies`;
    if (deliveryCount < Math.min(DELIVERIES_WITHOUT_BLOB, maxDeliveryCount)) throw new ClaimNotFoundError(`${message} yet.`);
    const remedy = 'write the blob before the message, then send the message again';
    return refuse('claim_not_found', `${message} (delivery ${deliveryCount}); ${remedy}.`, { path: '$.blob' });
  }
  if (claimed.kind === 'too_large') {
    const message = `The blob ${shownPath(blob)} has ${claimed.bytes} bytes, the limit of a claimed body is ${CLAIMED_BODY_BYTES}`;
    return refuse('body_too_large', `${message}; split it, or let the body name the blob for a step to read.`);
  }
  if (sha256 !== undefined && sha256 !== createHash('sha256').update(claimed.content).digest('hex')) {
    const message = `The blob ${shownPath(blob)} is not what its sender wrote: its SHA-256 differs from the claim check's`;
    return refuse('claim_hash_mismatch', `${message}; write each body to a path of its own, and send again.`, {
      path: '$.sha256',
    });
  }
  return read({ body: claimed.content, contentType, place: `the blob ${shownPath(blob)}` });
}

function readClaimCheck(reference: Uint8Array): Reading<ClaimCheck> {
  const json = readJson(reference);
  if (json.kind === 'refused') return json;
  if (!isJsonObject(json.value)) return malformed('$', 'must be an object such as {"blob":"orders/1.json"}');
  const { blob, sha256, contentType = 'application/json' } = json.value;
  if (typeof blob !== 'string') return malformed('$.blob', 'must be the path of a blob, as text');
  if (typeof contentType !== 'string') return malformed('$.contentType', 'must be text, or left out for application/json');
  const fault = pathFault(blob);
  if (fault !== undefined) {
    const message = `The claim check's path ${shownPath(blob)} ${fault}`;
    return refuse('claim_path_invalid', `${message}; send a relative path such as orders/1.json.`, { path: '$.blob' });
  }
  if (sha256 === undefined) return read({ blob, contentType });
  if (!isSha256(sha256)) return malformed('$.sha256', 'must be 64 hexadecimal digits, or left out');
  return read({ blob, contentType, sha256: sha256.toLowerCase() });
}

function malformed(path: string, what: string): Reading<never> {
  return refuse('claim_check_invalid', `The claim check is not usable: ${path} ${what}.`, { path });
}

function isSha256(value: JsonValue): value is string {
  return typeof value === 'string' && SHA_256.test(value);
}

/** What keeps a path from naming a blob below the container, and nothing else. */
function pathFault(path: string): string | undefined {
  if (path.length > MAX_BLOB_PATH) return `has ${path.length} characters, the limit is ${MAX_BLOB_PATH}`;
  if (!isPrintable(path)) return 'holds a control character';
  return path.startsWith('/') ? 'is not relative' : segmentFault(path);
}
