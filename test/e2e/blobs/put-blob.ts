import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { type ContainerClient, ContainerSASPermissions } from '@azure/storage-blob';

const HOUR_MS = 3_600_000;

/** Uploads under a name as it is: the SDK would take `..` within it for a way up. Gives the status and the etag. */
export async function putBlob(
  container: ContainerClient,
  name: string,
  content: Uint8Array,
): Promise<{ readonly status: number; readonly etag: string }> {
  const permissions = ContainerSASPermissions.parse('cw');
  const { hostname, port, pathname, search } = new URL(
    await container.generateSasUrl({ permissions, expiresOn: new Date(Date.now() + HOUR_MS) }),
  );
  const outgoing = request({
    hostname,
    port,
    method: 'PUT',
    path: `${pathname}/${encodeURIComponent(name)}${search}`,
    headers: { 'x-ms-blob-type': 'BlockBlob', 'x-ms-version': '2023-11-03', 'content-length': content.byteLength },
  });
  outgoing.end(content);
  const [response]: IncomingMessage[] = await once(outgoing, 'response');
  response?.resume();
  return { status: response?.statusCode ?? 0, etag: String(response?.headers.etag) };
}
