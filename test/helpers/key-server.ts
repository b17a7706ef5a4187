import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

export const TENANT = '0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0';
export const OTHER_TENANT = '99999999-4b5a-6978-8796-a5b4c3d2e1f0';
export const AUDIENCE = 'a1b2c3d4-0000-1111-2222-333344445555';
const KEY_ID = 'key-1';
const HOUR_S = 3_600;

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

interface Parts {
  readonly claims?: JWTPayload;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Unix seconds. */
  readonly now?: number;
}

/** A directory as far as tokens go: it signs them, and serves its keys by discovery, on this machine. */
export class KeyServer {
  readonly fetches = { discovery: 0, keys: 0 };
  readonly issuer: string;
  /** Answers 503. */
  isDown = false;
  readonly #server: Server;
  readonly #keys: KeyPair;
  #published: readonly object[] = [];

  private constructor(server: Server, keys: KeyPair) {
    const { port } = addressOf(server);
    this.issuer = `http://127.0.0.1:${port}/${TENANT}/v2.0`;
    this.#server = server;
    this.#keys = keys;
  }

  static async start(): Promise<KeyServer> {
    const keys = await generateKeyPair('RS256');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const directory = new KeyServer(server, keys);
    await directory.publish(KEY_ID);
    server.on('request', (request, response) => {
      const [status, body] = directory.#answer(request.url ?? '');
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    return directory;
  }

  /** Serves its key under these ids, and under no others. */
  async publish(...ids: readonly string[]): Promise<void> {
    const key = await exportJWK(this.#keys.publicKey);
    this.#published = ids.map((kid) => ({ ...key, kid, use: 'sig' }));
  }

  /** A token of a caller with the given roles, as the directory itself would sign it, but for what is said otherwise. */
  token(roles: readonly string[], { claims = {}, header = {}, now = Date.now() / 1_000 }: Parts = {}): Promise<string> {
    const seconds = Math.floor(now);
    const payload = {
      iss: this.issuer,
      aud: AUDIENCE,
      tid: TENANT,
      sub: 'caller-1',
      azp: 'backend-1',
      roles,
      nbf: seconds - HOUR_S,
      exp: seconds + HOUR_S,
      ...claims,
    };
    return new SignJWT(payload).setProtectedHeader({ alg: 'RS256', kid: KEY_ID, ...header }).sign(this.#keys.privateKey);
  }

  /** The same, and signed with what anybody can read: the public key, as if it were a secret. */
  async tokenByPublicKey(roles: readonly string[]): Promise<string> {
    const [, payload = ''] = (await this.token(roles)).split('.');
    const claims: JWTPayload = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const secret = Buffer.from(await exportSPKI(this.#keys.publicKey));
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: KEY_ID }).sign(secret);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(path: string): [number, unknown] {
    const isDiscovery = path.endsWith('/.well-known/openid-configuration');
    this.fetches[isDiscovery ? 'discovery' : 'keys'] += 1;
    if (this.isDown) return [503, {}];
    return [200, isDiscovery ? { issuer: this.issuer, jwks_uri: `${this.issuer}/keys` } : { keys: this.#published }];
  }
}

/** The token, with `alg: none` and no signature. */
export function unsigned(token: string): string {
  const [, payload] = token.split('.');
  return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('The server listens on no port.');
  return address;
}
