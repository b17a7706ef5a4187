import type { JsonValue } from '../../src/json.ts';
import { defineStep } from '../../src/nodes/steps.ts';

function scoreOf(input: JsonValue): number {
  return typeof input === 'object' && input !== null && 'score' in input ? Number(input['score']) : Number.NaN;
}

export const grade = defineStep('grade', (input) => {
  const score = scoreOf(input);
  return { grade: score >= 90 ? 'A' : score >= 75 ? 'B' : 'C' };
});
