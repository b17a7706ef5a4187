import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import blobConfigurationModule from 'azurite/dist/src/blob/BlobConfiguration.js';
import blobServerModule from 'azurite/dist/src/blob/BlobServer.js';
import { SignJWT } from 'jose';
import { selfSigned } from '../../helpers/self-signed.ts';

const ACCOUNT = 'devstoreaccount1';
const IDENTITY_SECRET = 'identity-secret';

/** A storage account that takes access tokens, over TLS, and the endpoint that gives an app's identity such tokens. */
export interface SecureBlobService {
  readonly endpoint: string;
  /** What a Functions app finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** Requests so far for keys to sign links with. */
  keyRequests(): number;
  close(): Promise<void>;
}

/** Starts both. This process trusts the account's certificate from then on. */
export async function startSecureBlobService(): Promise<SecureBlobService> {
  const folder = await mkdtemp(join(tmpdir(), 'secure-blobs-'));
  const { certificate, key } = selfSigned();
  const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
  await writeFile(files.certificate, certificate);
  await writeFile(files.key, key);
  setDefaultCACertificates([...getCACertificates('default'), certificate]);

  const azurite = createAzurite(files);
  let keyRequests = 0;
  azurite.httpServer.prependListener('request', ({ url }: IncomingMessage) => {
    if (url?.includes('comp=userdelegationkey')) keyRequests += 1;
  });
  await azurite.start();
  const identity = await startIdentityEndpoint();
  return {
    endpoint: `https://127.0.0.1:${portOf(azurite.httpServer)}/${ACCOUNT}`,
    environment: { IDENTITY_ENDPOINT: `http://127.0.0.1:${portOf(identity)}/token`, IDENTITY_HEADER: IDENTITY_SECRET },
    keyRequests: () => keyRequests,
    async close() {
      await Promise.all([azurite.close(), new Promise((resolve) => identity.close(resolve))]);
      await rm(folder, { recursive: true });
    },
  };
}

function createAzurite({ certificate, key }: { readonly certificate: string; readonly key: string }) {
  const BlobServer = defaultOf(blobServerModule);
  const BlobConfiguration = defaultOf(blobConfigurationModule);
  const log = [false, undefined] as const;
  const strict = [false, true] as const;
  return new BlobServer(
    new BlobConfiguration('127.0.0.1', 0, 5, '', '', [], ...log, ...log, ...strict, certificate, key, '', 'basic', false, true),
  );
}

/** Gives tokens as App Service does, to whoever knows the secret. Azurite looks at what they say, not at who signed them. */
async function startIdentityEndpoint(): Promise<Server> {
  const secret = Buffer.alloc(32, 'any');
  const server = createServer((request, response) => {
    const resource = new URL(request.url ?? '', 'http://127.0.0.1').searchParams.get('resource') ?? '';
    if (request.headers['x-identity-header'] !== IDENTITY_SECRET) return response.writeHead(401).end();
    const claims = { oid: 'app', tid: 'tenant', aud: resource, iss: 'https://sts.windows.net/tenant/' };
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuedAt()
      .setNotBefore('-1m')
      .setExpirationTime('1h')
      .sign(secret)
      .then((token) => {
        const expires = String(Math.floor(Date.now() / 1_000) + 3_600);
        const body = { access_token: token, expires_on: expires, resource, token_type: 'Bearer', client_id: 'app' };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The server listens on no port.');
  return address.port;
}

function defaultOf<T extends object>(module: T | { readonly default: T }): T {
  return 'default' in module ? module.default : module;
}
