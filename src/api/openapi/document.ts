import type { JsonObject } from '../../json.ts';
import { ROUTES } from '../routes.ts';
import { HEADERS } from './headers.ts';
import { operationOf, pathOf, TAGS } from './operation.ts';
import { type DocumentedPipeline, pipelinePath, pipelineSchemas } from './pipelines.ts';
import { COMMON_REFUSALS } from './refusals.ts';
import { answerSchemas } from './schemas.ts';
import { SECURITY_SCHEMES } from './security.ts';

const DESCRIPTION = `Starts runs of pipelines, shows them and steers them.

Every refusal is a problem document (RFC 9457) with a \`code\` that stays the same; docs/diagnostics.md explains each. A 429 or a 503
says in \`Retry-After\` when to send the same request again. Whatever answers GET answers HEAD, too. Answers may get further members.

Webhooks, which have paths and signatures of their own, are not part of this document.`;

/** The API as an OpenAPI 3.1 document: its routes, and each pipeline with what it takes and gives. */
export function openApiDocument(pipelines: readonly DocumentedPipeline[]): JsonObject {
  const routes = ROUTES.map((route) => [pathOf(route), { [route.method.toLowerCase()]: operationOf(route) }] as const);
  return {
    openapi: '3.1.0',
    info: { title: 'hexdag', version: '1', description: DESCRIPTION },
    servers: [{ url: '/api', description: 'The app that serves this document.' }],
    tags: TAGS,
    paths: Object.fromEntries([...routes, ...pipelines.map(pipelinePath)]),
    components: {
      schemas: { ...answerSchemas(), ...pipelineSchemas(pipelines) },
      responses: COMMON_REFUSALS,
      headers: HEADERS,
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}
