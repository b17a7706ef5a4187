import { z } from 'zod';
import type { JsonObject } from '../../json.ts';
import type { ReportProblem } from '../../pipeline/node-definition.ts';

const ignored = z.json().optional();

/** Settings of a model that pipelines write into nodes, where nothing reads them. */
export const ADAPTER_SETTINGS = { adapter: ignored, model: ignored, temperature: ignored, max_tokens: ignored };

export function warnOfAdapterSettings(spec: JsonObject, report: ReportProblem): void {
  for (const key of Object.keys(ADAPTER_SETTINGS)) {
    if (spec[key] === undefined) continue;
    const message = `'${key}' has no effect in a node: it is the adapter's.`;
    const remedy = key === 'adapter' ? 'Write spec.ports.llm.adapter.' : `Write spec.ports.llm.config.${key}.`;
    report({ severity: 'warning', path: [key], code: 'field_ignored', message, remedy });
  }
}
