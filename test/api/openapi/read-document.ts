import { z } from 'zod';

const response = z.looseObject({
  $ref: z.string().optional(),
  headers: z.record(z.string(), z.unknown()).optional(),
  content: z.record(z.string(), z.object({ schema: z.unknown() })).optional(),
});

const operation = z.looseObject({
  operationId: z.string(),
  summary: z.string(),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z
    .array(z.object({ name: z.string(), in: z.enum(['path', 'query', 'header']), schema: z.record(z.string(), z.unknown()) }))
    .default([]),
  requestBody: z.object({ required: z.boolean(), content: z.record(z.string(), z.object({ schema: z.unknown() })) }).optional(),
  responses: z.record(z.string(), response),
});

const document = z.looseObject({
  paths: z.record(z.string(), z.record(z.enum(['get', 'post']), operation.optional())),
  components: z.looseObject({ responses: z.record(z.string(), response) }),
});

type Response = z.infer<typeof response>;

/** An operation as a reader of the document finds it, with what it refers to. */
export interface DocumentedOperation {
  readonly path: string;
  readonly method: 'get' | 'post';
  readonly id: string;
  readonly summary: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters: z.infer<typeof operation>['parameters'];
  readonly body: z.infer<typeof operation>['requestBody'];
  /** By status. */
  readonly responses: ReadonlyMap<number, Response>;
}

export function operationsOf(text: unknown): readonly DocumentedOperation[] {
  const { paths, components } = document.parse(text);
  const resolved = ({ $ref, ...own }: Response) => {
    const shared = $ref === undefined ? own : components.responses[$ref.replace('#/components/responses/', '')];
    if (shared === undefined) throw new TypeError(`Nothing is at ${$ref}.`);
    return shared;
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    (['get', 'post'] as const).flatMap((method) => {
      const found = item[method];
      if (found === undefined) return [];
      const { operationId: id, summary, security, parameters, requestBody: body, responses } = found;
      const byStatus = new Map(Object.entries(responses).map(([status, one]) => [Number(status), resolved(one)]));
      return [{ path, method, id, summary, security, parameters, body, responses: byStatus }];
    }),
  );
}

const refusalSchema = z.object({
  allOf: z.tuple([
    z.object({ $ref: z.string() }),
    z.object({ properties: z.object({ code: z.object({ enum: z.array(z.string()) }) }) }),
  ]),
});

/** The codes by which an operation may refuse. */
export function refusalCodes({ responses }: DocumentedOperation): readonly { readonly status: number; readonly code: string }[] {
  return [...responses].flatMap(([status, { content }]) => {
    const schema = refusalSchema.safeParse(content?.['application/problem+json']?.schema);
    return schema.success ? schema.data.allOf[1].properties.code.enum.map((code) => ({ status, code })) : [];
  });
}
