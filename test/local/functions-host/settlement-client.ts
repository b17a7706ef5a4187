import { Client, credentials } from '@grpc/grpc-js';
import rhea from 'rhea';

/** Fields of a protobuf message that are text or bytes, by number; undefined ones are left out. */
export function encode(fields: Readonly<Record<number, string | Uint8Array | undefined>>): Buffer {
  return Buffer.concat(
    Object.entries(fields).flatMap(([number, value]) => {
      if (value === undefined) return [];
      const bytes = Buffer.from(value);
      return [varint(Number(number) * 8 + 2), varint(bytes.length), bytes];
    }),
  );
}

/** A `google.protobuf.StringValue`. */
export function stringValue(text: string): Buffer {
  return encode({ 1: text });
}

/** An AMQP map, as `propertiesToModify` carries it. */
export function amqpMap(entries: Readonly<Record<string, unknown>>): Buffer {
  const DESCRIPTOR_BYTES = 3;
  const section: Buffer = rhea.message.encode({ application_properties: entries });
  return section.subarray(section.indexOf(Buffer.from([0x00, 0x53, 0x74])) + DESCRIPTOR_BYTES);
}

/** Calls the settlement service that the process arguments show, as a function of an app does. */
export async function callSettlement(method: string, request: Buffer): Promise<void> {
  const argument = (name: string) => process.argv[process.argv.indexOf(name) + 1];
  const client = new Client(`${argument('--host')}:${argument('--port')}`, credentials.createInsecure());
  try {
    await new Promise<void>((resolve, reject) => {
      const serialize = (bytes: Buffer) => bytes;
      client.makeUnaryRequest(`/Settlement/${method}`, serialize, serialize, request, (error) => {
        if (error === null) resolve();
        else reject(error);
      });
    });
  } finally {
    client.close();
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
