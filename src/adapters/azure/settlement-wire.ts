/** `Deadletter` of the host's `Settlement` service. */
export const DEADLETTER_PATH = '/Settlement/Deadletter';

export interface DeadletterRequest {
  readonly lockToken: string;
  readonly reason: string;
  readonly description: string;
}

/** Protocol Buffers: all fields used here are length-delimited. */
const LENGTH_DELIMITED = 2;
const LOCK_TOKEN = 1;
const REASON = 3;
const DESCRIPTION = 4;
/** The one field of `google.protobuf.StringValue`. */
const STRING_VALUE = 1;

/** Message `{string locktoken = 1; bytes propertiesToModify = 2; StringValue deadletterReason = 3; StringValue deadletterErrorDescription = 4}`. */
export function encodeDeadletter({ lockToken, reason, description }: DeadletterRequest): Buffer {
  return Buffer.concat([
    field(LOCK_TOKEN, Buffer.from(lockToken)),
    field(REASON, field(STRING_VALUE, Buffer.from(reason))),
    field(DESCRIPTION, field(STRING_VALUE, Buffer.from(description))),
  ]);
}

function field(number: number, content: Buffer): Buffer {
  return Buffer.concat([varint((number << 3) | LENGTH_DELIMITED), varint(content.length), content]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
