import { ExpressionError } from '../expression/errors.ts';
import { namesIn, parseExpression } from '../expression/expression.ts';
import type { NameUse } from '../expression/names.ts';
import { isTemplate, namesInTemplate, parseTemplate } from '../expression/template.ts';
import { isJsonObject, type JsonValue } from '../json.ts';
import type { Path } from './documents.ts';
import { expressionRemedy } from './expression-remedy.ts';
import { parseMappingText } from './mapping-source.ts';
import type { ReferenceSite } from './node-definition.ts';
import type { Report } from './report.ts';

/** A name that a node's text reads, and where. */
export interface Reference extends NameUse {
  /** Path in the document of the text that holds it. */
  readonly path: Path;
  readonly grammar: 'mapping' | 'expression' | 'template';
}

/** Where problems of texts are told. */
export type TextReport = Pick<Report, 'errorWithin' | 'warningWithin'>;

/** Collects the references of one node; texts that cannot be read are reported. */
export class ReferenceCollector {
  readonly references: Reference[] = [];
  readonly #report: TextReport;
  readonly #locals: ReadonlySet<string>;

  /** `locals`: names that are bound around the node and therefore refer to nothing. */
  constructor(report: TextReport, locals: ReadonlySet<string> = new Set()) {
    this.#report = report;
    this.#locals = locals;
  }

  expression(path: Path, text: string, locals: readonly string[] = []): void {
    this.#read(path, text, () => uses(namesIn(parseExpression(text)), 'expression'), locals);
  }

  template(path: Path, text: string, locals: readonly string[] = []): void {
    const template = parseTemplate(text);
    for (const { text: verbatim, offset } of template.verbatim) {
      const message = `'${verbatim}' is no path with filters, and stays in the text as it is.`;
      const remedy = 'Write {{ name.path }}, {{ $input.path }} or {{ path | filter }}.';
      this.#report.warningWithin(path, offset, { code: 'template_verbatim', message, remedy });
    }
    const tag = /\{%[^%]*%\}/.exec(text);
    if (tag !== null) {
      const message = `'${tag[0]}' is not run: templates have no tags.`;
      this.#report.warningWithin(path, tag.index, {
        code: 'tag_not_allowed',
        message,
        remedy: 'Use an expression_node to compute the text.',
      });
    }
    this.#read(path, text, () => uses(namesInTemplate(template), 'template'), locals);
  }

  site({ grammar, text, locals }: ReferenceSite, path: Path): void {
    if (grammar === 'template_or_expression' && isTemplate(text)) this.template(path, text, locals);
    else this.expression(path, text, locals);
  }

  /** Everything in an `input_mapping`, however deep. */
  mapping(path: Path, value: JsonValue): void {
    if (typeof value === 'string') this.#mappingText(path, value);
    else if (Array.isArray(value)) for (const [index, item] of value.entries()) this.mapping([...path, index], item);
    else if (isJsonObject(value)) for (const [key, item] of Object.entries(value)) this.mapping([...path, key], item);
  }

  /** An expression in a mapping may name fields of data nobody declared; a path must begin with something that exists. */
  #mappingText(path: Path, text: string): void {
    this.#read(path, text, () => {
      const { source, names } = parseMappingText(text);
      return uses(names, source.kind === 'expression' ? 'expression' : 'mapping');
    });
  }

  /** Templates in any text below `value`, apart from the texts that `isRead` says are read otherwise. */
  templates(path: Path, value: JsonValue, isRead: (path: Path) => boolean): void {
    if (isRead(path)) return;
    if (typeof value === 'string') {
      if (isTemplate(value)) this.template(path, value);
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) this.templates([...path, index], item, isRead);
    } else if (isJsonObject(value)) {
      for (const [key, item] of Object.entries(value)) this.templates([...path, key], item, isRead);
    }
  }

  #read(path: Path, text: string, read: () => readonly Omit<Reference, 'path'>[], locals: readonly string[] = []): void {
    try {
      for (const use of read()) {
        if (!locals.includes(use.name) && !this.#locals.has(use.name)) this.references.push({ ...use, path });
      }
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      this.#report.errorWithin(path, error.offset, {
        code: error.code,
        message: error.message,
        remedy: expressionRemedy(error, text),
      });
    }
  }
}

function uses(names: readonly NameUse[], grammar: Reference['grammar']): readonly Omit<Reference, 'path'>[] {
  return names.map((use) => ({ ...use, grammar }));
}
