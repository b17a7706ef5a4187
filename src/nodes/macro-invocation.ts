import { z } from 'zod';
import type { EngineNodeKind } from './node-kind.ts';

const values = z.record(z.string(), z.json());

/** Stands for the nodes of a macro; the compiler puts those in its place. */
export const macroInvocation: EngineNodeKind = {
  kind: 'macro_invocation',
  aliases: ['core:macro_invocation'],
  schema: z.object({ macro: z.string().min(1), config: values.optional(), inputs: values.optional() }),
  role: 'macro',
};
