import { Server, ServerCredentials, type ServiceDefinition, status, type UntypedServiceImplementation } from '@grpc/grpc-js';

export interface Deadletter {
  readonly lockToken: string;
  readonly reason: string;
  readonly description: string;
}

export interface SettlementHost {
  readonly port: number;
  readonly deadletters: readonly Deadletter[];
  /** Answers the calls that follow with this status. */
  answerWith(code: status): void;
  close(): void;
}

const SERVICE: ServiceDefinition = {
  deadletter: {
    path: '/Settlement/Deadletter',
    requestStream: false,
    responseStream: false,
    requestSerialize: (value: Buffer) => value,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (value: Buffer) => value,
    responseDeserialize: (bytes: Buffer) => bytes,
  },
};

/** The part of the Functions host that settles messages for its worker. */
export async function startSettlementHost(): Promise<SettlementHost> {
  const deadletters: Deadletter[] = [];
  let answer = status.OK;
  const implementation: UntypedServiceImplementation = {
    deadletter: (call: { request: Buffer }, callback: (error: { code: status } | null, value?: Buffer) => void) => {
      if (answer !== status.OK) return callback({ code: answer });
      deadletters.push(decodeDeadletter(call.request));
      callback(null, Buffer.alloc(0));
    },
  };
  const server = new Server();
  server.addService(SERVICE, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return {
    port,
    deadletters,
    answerWith: (code) => {
      answer = code;
    },
    close: () => server.forceShutdown(),
  };
}

function decodeDeadletter(bytes: Buffer): Deadletter {
  const fields = decode(bytes);
  const stringValue = (number: number) =>
    decode(fields.get(number) ?? Buffer.alloc(0))
      .get(1)
      ?.toString() ?? '';
  return { lockToken: fields.get(1)?.toString() ?? '', reason: stringValue(3), description: stringValue(4) };
}

/** Length-delimited Protocol Buffers fields by number. */
function decode(bytes: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>();
  let offset = 0;
  const varint = () => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes.readUInt8(offset++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (offset < bytes.length) {
    const key = varint();
    const length = varint();
    fields.set(key >> 3, bytes.subarray(offset, offset + length));
    offset += length;
  }
  return fields;
}
