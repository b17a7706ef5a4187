import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import rhea from 'rhea';
import { z } from 'zod';
import { readBytesFields } from './protobuf.ts';

const LOOPBACK = '127.0.0.1';
const MAX_MESSAGE_BYTES = 2 ** 31 - 1;

/** Start of an AMQP application-properties section, whose content is a map. */
const APPLICATION_PROPERTIES = Buffer.from([0x00, 0x53, 0x74]);

const propertiesSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.date(), z.null()]));

/** Application properties to change on the message while it is settled. */
export type PropertiesToModify = z.infer<typeof propertiesSchema>;

/** Settles messages that a function of this host is working on. */
export interface MessageSettler {
  complete(lockToken: string): Promise<void>;
  abandon(lockToken: string, properties: PropertiesToModify): Promise<void>;
  deadLetter(lockToken: string, reason: string, description: string, properties: PropertiesToModify): Promise<void>;
  renewLock(lockToken: string): Promise<void>;
}

/** No function is working on a message with this lock token. */
export class UnknownLockTokenError extends Error {
  readonly code = 'unknown_lock_token';

  constructor(lockToken: string) {
    super(`No message with the lock token "${lockToken}" is being processed: it was settled before, or its function has ended.`);
    this.name = 'UnknownLockTokenError';
  }
}

export interface SettlementService {
  readonly port: number;
  close(): void;
}

type Fields = ReadonlyMap<number, Buffer>;

/**
 * Serves the `Settlement` gRPC service (`Complete`, `Abandon`, `Deadletter`, `RenewMessageLock`; the rest is UNIMPLEMENTED)
 * on a free port and shows it to the app the way the real host does: by the process arguments `--host`, `--port`,
 * `--functions-uri` and `--functions-grpc-max-message-length`. Closing takes the arguments away again.
 */
export async function startSettlementService(settler: MessageSettler): Promise<SettlementService> {
  const server = new Server({ 'grpc.max_receive_message_length': MAX_MESSAGE_BYTES });
  const methods: Readonly<Record<string, (request: Fields) => Promise<void>>> = {
    Complete: (request) => settler.complete(lockTokenOf(request)),
    Abandon: (request) => settler.abandon(lockTokenOf(request), propertiesOf(request)),
    Deadletter: (request) =>
      settler.deadLetter(lockTokenOf(request), wrappedText(request, 3), wrappedText(request, 4), propertiesOf(request)),
    RenewMessageLock: (request) => settler.renewLock(lockTokenOf(request)),
  };
  server.addService(
    Object.fromEntries(Object.keys(methods).map((name) => [name, unaryDefinition(name)])),
    Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, unaryHandler(method)])),
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${LOOPBACK}:0`, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      else reject(error);
    });
  });
  const processArguments = [
    ...['--host', LOOPBACK, '--port', String(port), '--functions-uri', `http://${LOOPBACK}:${port}`],
    ...['--functions-grpc-max-message-length', String(MAX_MESSAGE_BYTES)],
  ];
  process.argv.push(...processArguments);
  return {
    port,
    close() {
      process.argv.splice(process.argv.lastIndexOf('--host'), processArguments.length);
      server.forceShutdown();
    },
  };
}

function unaryDefinition(name: string) {
  return {
    path: `/Settlement/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (bytes: Buffer) => bytes,
    requestDeserialize: readBytesFields,
    responseSerialize: () => Buffer.alloc(0),
    responseDeserialize: () => undefined,
  };
}

function unaryHandler(method: (request: Fields) => Promise<void>) {
  return (call: ServerUnaryCall<Fields, undefined>, callback: sendUnaryData<undefined>): void => {
    Promise.resolve(call.request)
      .then(method)
      .then(
        () => callback(null, undefined),
        (error: unknown) => callback({ code: statusOf(error), details: error instanceof Error ? error.message : String(error) }),
      );
  };
}

function statusOf(error: unknown): status {
  if (error instanceof UnknownLockTokenError) return status.FAILED_PRECONDITION;
  return error instanceof z.ZodError ? status.INVALID_ARGUMENT : status.UNKNOWN;
}

function lockTokenOf(request: Fields): string {
  return (request.get(1)?.toString('utf8') ?? '').toLowerCase();
}

/** Text of a `google.protobuf.StringValue` field. */
function wrappedText(request: Fields, field: number): string {
  const wrapper = request.get(field);
  return wrapper === undefined ? '' : (readBytesFields(wrapper).get(1)?.toString('utf8') ?? '');
}

/** The AMQP-encoded map of field 2. */
function propertiesOf(request: Fields): PropertiesToModify {
  const encoded = request.get(2);
  if (encoded === undefined || encoded.length === 0) return {};
  const decoded = rhea.message.decode(Buffer.concat([APPLICATION_PROPERTIES, encoded]));
  return propertiesSchema.parse(decoded['application_properties'] ?? {});
}
