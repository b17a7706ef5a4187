import { attachment } from '../attachment.ts';
import { ARTIFACT_LINK_MS, HTTP_ANSWER_BYTES } from '../limits.ts';
import type { ArtifactReference, ArtifactStore } from '../ports/artifact-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { RunStore } from '../ports/run-store.ts';
import { type ApiRequest, type ApiResponse, jsonResponse } from './api-message.ts';
import { problem } from './problem.ts';
import { readQuery } from './query.ts';
import { RUN_NOT_FOUND } from './run-id.ts';
import { type ArtifactView, artifactsOf } from './run-view.ts';
import { artifactQuery } from './schemas/requests.ts';

export interface ArtifactDependencies {
  readonly runs: RunStore;
  readonly artifacts: ArtifactStore;
  readonly clock: Clock;
}

const UNKNOWN = problem({ status: 404, code: 'artifact_not_found', detail: "The run's records name no artifact of this name." });

/** `GET /runs/{id}/artifacts`: what the run has left behind, as far as its records name it. */
export async function listArtifacts(request: ApiRequest, { runs }: ArtifactDependencies): Promise<ApiResponse> {
  const references = await namedBy(request.params['id'] ?? '', runs);
  return references === undefined ? RUN_NOT_FOUND : jsonResponse(200, { artifacts: references });
}

/**
 * `GET /runs/{id}/artifacts/{name}`: the content of an artifact, as it comes from the store, or with `link=true` an address that opens
 * it there. Names are looked up among those that the run's records name, so that no name leads anywhere else.
 */
export async function getArtifact(request: ApiRequest, dependencies: ArtifactDependencies): Promise<ApiResponse> {
  const query = readQuery(artifactQuery, request.query);
  if ('problem' in query) return query.problem;
  const { id = '' } = request.params;
  // No name holds a percent sign; some hosts leave slashes encoded.
  const name = (request.params['name'] ?? '').replaceAll(/%2f/gi, '/');
  const references = await namedBy(id, dependencies.runs);
  if (references === undefined) return RUN_NOT_FOUND;
  if (!references.some((reference) => reference.name === name)) return UNKNOWN;
  return query.value.link === true ? linkTo(name, dependencies) : contentOf(name, request, dependencies);
}

async function contentOf(name: string, request: ApiRequest, { artifacts }: ArtifactDependencies): Promise<ApiResponse> {
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
}

async function linkTo(name: string, { artifacts, clock }: ArtifactDependencies): Promise<ApiResponse> {
  const expiresAt = new Date(clock.now() + ARTIFACT_LINK_MS);
  // Stores count in seconds.
  expiresAt.setMilliseconds(0);
  const url = await artifacts.link(name, expiresAt.getTime());
  if (url === null) return UNKNOWN;
  return jsonResponse(200, { url, expiresAt: expiresAt.toISOString() }, { 'cache-control': 'no-store' });
}

function tooLarge({ bytes }: ArtifactReference): ApiResponse {
  const detail = `The artifact has ${bytes} bytes, and an answer may have ${HTTP_ANSWER_BYTES}; ask for the same with ?link=true to be given an address that opens it.`;
  return problem({ status: 409, code: 'artifact_too_large', detail });
}

function hasAlready({ headers }: ApiRequest, etag: string): boolean {
  const known = (headers.get('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}

/** Undefined: there is no such run. */
async function namedBy(id: string, runs: RunStore): Promise<readonly ArtifactView[] | undefined> {
  const [run, nodes] = await Promise.all([runs.read(id), runs.readNodes(id)]);
  return run === null ? undefined : artifactsOf(run, nodes);
}

/** Whatever an artifact says it is, a browser is to keep it as a file. */
function contentHeaders({ name, bytes, contentType }: ArtifactReference): Readonly<Record<string, string>> {
  return {
    'content-type': contentType,
    'content-length': String(bytes),
    'content-disposition': attachment(name),
    'x-content-type-options': 'nosniff',
    'content-security-policy': 'sandbox',
  };
}
