import { isJsonObject } from '../../json.ts';
import type { LintRule } from '../lint-rule.ts';

/** Whoever is woken by a pipeline should not have to read it to learn what it is for. Nodes are told by their names. */
export const descriptionMissing: LintRule = {
  code: 'description_missing',
  severity: 'info',
  check: ({ pipeline }) => {
    const metadata = pipeline?.value['metadata'];
    if (pipeline === undefined || !isJsonObject(metadata) || metadata['description'] !== undefined) return [];
    const message = 'The pipeline has no description.';
    return [{ position: pipeline.keyPositionOf(['metadata']), message, remedy: 'Add metadata.description: one sentence.' }];
  },
};
