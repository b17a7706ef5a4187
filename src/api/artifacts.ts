import { HTTP_ANSWER_BYTES } from '../limits.ts';
import type { ArtifactReference, ArtifactStore } from '../ports/artifact-store.ts';
import type { Log } from '../ports/log.ts';
import type { RunStore } from '../ports/run-store.ts';
import { answer } from './answer.ts';
import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';
import { problem } from './problem.ts';
import { artifactsOf } from './run-view.ts';

export interface ArtifactDependencies {
  readonly runs: RunStore;
  readonly artifacts: ArtifactStore;
  readonly log: Log;
}

const UNKNOWN_RUN = problem({ status: 404, code: 'run_not_found', detail: 'There is no run of this id.' });
const UNKNOWN = problem({ status: 404, code: 'artifact_not_found', detail: "The run's records name no artifact of this name." });

/** `GET /runs/{id}/artifacts`: what the run has left behind, as far as its records name it. */
export function listArtifacts(request: ApiRequest, { runs, log }: ArtifactDependencies): Promise<ApiResponse> {
  return answer('listArtifacts', log, async () => {
    const references = await namedBy(request.params['id'] ?? '', runs);
    return references === undefined ? UNKNOWN_RUN : jsonResponse(200, { artifacts: references.map((one) => ({ ...one })) });
  });
}

/**
 * `GET /runs/{id}/artifacts/{name}`: the content of an artifact, as it comes from the store. Names are looked up among those that
 * the run's records name, so that no name leads anywhere else.
 */
export function getArtifact(request: ApiRequest, { runs, artifacts, log }: ArtifactDependencies): Promise<ApiResponse> {
  return answer('getArtifact', log, async () => {
    const { id = '' } = request.params;
    // No name holds a percent sign; some hosts leave slashes encoded.
    const name = (request.params['name'] ?? '').replaceAll(/%2f/gi, '/');
    const references = await namedBy(id, runs);
    if (references === undefined) return UNKNOWN_RUN;
    if (!references.some((reference) => reference.name === name)) return UNKNOWN;
    const found = await artifacts.describe(name);
    if (found === null) return UNKNOWN;
    const headers = { etag: `"${found.sha256}"`, 'cache-control': 'private, no-cache' };
    if (hasAlready(request, headers.etag)) return { status: 304, headers, body: null };
    if (found.bytes > HTTP_ANSWER_BYTES) return tooLarge(found);
    const opened = request.method === 'HEAD' ? undefined : await artifacts.open(name);
    if (opened === null) return UNKNOWN;
    return {
      status: 200,
      headers: { ...headers, ...contentHeaders(found) },
      body: null,
      ...(opened === undefined ? {} : { content: opened.content }),
    };
  });
}

function tooLarge({ bytes }: ArtifactReference): ApiResponse {
  const detail = `The artifact has ${bytes} bytes, and the API gives ${HTTP_ANSWER_BYTES} at most; read it from the storage account.`;
  return problem({ status: 409, code: 'artifact_too_large', detail });
}

function hasAlready({ headers }: ApiRequest, etag: string): boolean {
  const known = (headers.get('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}

/** Undefined: there is no such run. */
async function namedBy(id: string, runs: RunStore): Promise<readonly ArtifactReference[] | undefined> {
  const [run, nodes] = await Promise.all([runs.read(id), runs.readNodes(id)]);
  return run === null ? undefined : artifactsOf(run, nodes);
}

/** Whatever an artifact says it is, a browser is to keep it as a file. */
function contentHeaders({ name, bytes, contentType }: ArtifactReference): Readonly<Record<string, string>> {
  const file = name.slice(name.lastIndexOf('/') + 1);
  return {
    'content-type': contentType,
    'content-length': String(bytes),
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(file)}`,
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
  };
}
