import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { isJsonObject, type JsonObject, type JsonValue } from '../../../src/json.ts';
import type { DocumentedOperation } from '../../api/openapi/read-document.ts';
import type { RawRequest } from './requests.ts';
import type { RawAnswer } from './send.ts';

/** What the API says to paths and methods that it does not have. */
const ELSEWHERE: ReadonlyMap<number, readonly string[]> = new Map([
  [404, ['route_unknown']],
  [405, ['method_not_allowed']],
]);

/** Judges answers by the document: whether each is one that its operation declares, down to the members of its body. */
export class DeclaredAnswers {
  readonly #operations: readonly DocumentedOperation[];
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: JsonObject, operations: readonly DocumentedOperation[]) {
    this.#operations = operations;
    addFormats(this.#ajv);
    const closed = closeObjects(document);
    this.#ajv.addSchema({ ...(isJsonObject(closed) ? closed : {}), $id: 'openapi:' });
  }

  /** What is wrong with an answer, or undefined. */
  fault(request: RawRequest, answer: RawAnswer): string | undefined {
    if (answer.status >= 500) return `it is ${answer.status}`;
    const meant = this.#operations.filter(({ id }) => id === request.operation);
    const candidates = request.strays ? this.#operations : meant;
    const faults = candidates.map((operation) => this.#faultBy(operation, request, answer));
    if (faults.includes(undefined)) return undefined;
    if (request.strays && isElsewhere(request, answer)) return undefined;
    return faults[0] ?? 'there is no such operation';
  }

  #faultBy({ id, responses }: DocumentedOperation, request: RawRequest, answer: RawAnswer): string | undefined {
    const declared = responses.get(answer.status);
    if (declared === undefined) return `${id} does not declare ${answer.status}`;
    const { headers = {}, content = {} } = declared;
    const missing = Object.keys(headers).filter((name) => isPromised(name, answer.status) && !answer.headers.has(name));
    if (missing.length > 0) return `it lacks ${missing.join(', ')}`;
    const [type = ''] = (answer.headers.get('content-type') ?? '').split(';');
    const isBare = request.method === 'HEAD' || Object.keys(content).length === 0;
    if (isBare && answer.body !== '') return 'it has a body';
    if (Object.keys(content).length === 0 || '*/*' in content) return undefined;
    if (!(type in content)) return `its type is '${type}'`;
    if (isBare) return undefined;
    return this.#schemaFault(content[type]?.schema, answer);
  }

  #schemaFault(schema: unknown, { status, body }: RawAnswer): string | undefined {
    const validate = this.#validator(schema);
    return validate(JSON.parse(body))
      ? undefined
      : `the body of ${status} does not fit: ${this.#ajv.errorsText(validate.errors)}`;
  }

  /** References of the document are to the document. */
  #validator(schema: unknown): ValidateFunction {
    const text = JSON.stringify(schema).replaceAll('"$ref":"#', '"$ref":"openapi:#');
    const known = this.#validators.get(text) ?? this.#ajv.compile(JSON.parse(text));
    this.#validators.set(text, known);
    return known;
  }
}

/** A 409 names a time only where a repetition may help, and a 200 only while a run has not ended. */
function isPromised(header: string, status: number): boolean {
  return !(header === 'retry-after' && (status === 409 || status === 200)) && !(header === 'www-authenticate' && status === 403);
}

function isElsewhere({ method }: RawRequest, { status, headers, body }: RawAnswer): boolean {
  const codes = ELSEWHERE.get(status);
  if (codes === undefined || headers.get('content-type') !== 'application/problem+json') return false;
  return method === 'HEAD' ? body === '' : codes.includes(JSON.parse(body).code);
}

/** The same schemas, by which no object has members that are not named: answers have no undocumented ones. */
function closeObjects(value: JsonValue): JsonValue {
  if (isList(value)) return value.map(closeObjects);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([key, part]) => [key, closeObjects(part)]);
  const isOpen = value['type'] === 'object' && value['properties'] !== undefined && value['additionalProperties'] === undefined;
  return Object.fromEntries(isOpen ? [...entries, ['additionalProperties', false]] : entries);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
