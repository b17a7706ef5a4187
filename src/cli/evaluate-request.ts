import { evaluatePredicate, evaluateToText, parseExpression } from '../expression/expression.ts';
import type { Lookup } from '../expression/scope.ts';
import { parseTemplate, renderTemplate } from '../expression/template.ts';
import type { JsonObject } from '../json.ts';
import { jsonText, withoutControls } from './terminal.ts';

/** What the text is read as: an expression for its value, an expression for whether it holds, or a template. */
export type EvaluationMode = 'value' | 'predicate' | 'template';
export const EVALUATION_MODES = ['value', 'predicate', 'template'] as const satisfies EvaluationMode[];

export interface EvaluationRequest {
  readonly expr: string;
  /** Its keys are the names that the expression knows; `input` and `$input` are the whole of it. */
  readonly data: JsonObject;
  readonly mode: EvaluationMode;
  /** What `now()` tells, in Unix milliseconds. */
  readonly now: number;
}

/** The result as JSON. @throws ExpressionError */
export function evaluateRequest({ expr, data, mode, now }: EvaluationRequest): string {
  const scope: Lookup = (name) => {
    if (Object.hasOwn(data, name)) return data[name];
    return name === '$input' || name === 'input' ? data : undefined;
  };
  switch (mode) {
    case 'value':
      return withoutControls(evaluateToText(parseExpression(expr), scope, { now }));
    case 'predicate':
      return jsonText(evaluatePredicate(parseExpression(expr), scope, { now }));
    case 'template':
      return jsonText(renderTemplate(parseTemplate(expr), scope));
  }
}

export function isEvaluationMode(text: string): text is EvaluationMode {
  return EVALUATION_MODES.some((mode) => mode === text);
}
