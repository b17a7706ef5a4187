import type { Diagnostic } from '../pipeline/diagnostic.ts';
import type { Exclusive } from './source-kind.ts';
import type { Trigger } from './trigger.ts';
import { type CompiledTrigger, type CompileTriggersOptions, compileTriggers, exclusiveOf } from './trigger-document.ts';

interface TriggerFile {
  /** Path as messages show it, and from which pipelines are found. */
  readonly file: string;
  readonly content: string | Uint8Array;
}

interface LoadedTriggers {
  readonly triggers: readonly Trigger[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles the triggers of an app and refuses those that stand in each other's way: one name, or one queue or route, twice. */
export function loadTriggers(files: readonly TriggerFile[], options: CompileTriggersOptions): LoadedTriggers {
  const compiled = files.map(({ file, content }) => compileTriggers(content, file, options));
  const all = compiled.flatMap(({ triggers }) => triggers);
  const conflicts = [
    ...duplicates(all, nameConflict),
    ...duplicates(all, (trigger) => exclusiveOf(trigger, options.settings ?? {})),
  ];
  const refused = new Set(conflicts.map(({ trigger }) => trigger));
  return {
    triggers: all.map(({ trigger }) => trigger).filter((trigger) => !refused.has(trigger)),
    diagnostics: [...compiled.flatMap(({ diagnostics }) => diagnostics), ...conflicts.map(({ diagnostic }) => diagnostic)],
  };
}

/** A trigger's name is part of its run ids, and the name of its function. */
function nameConflict({ name }: Trigger): Exclusive {
  const message = `The trigger name '${name}' is used twice`;
  return { resource: name.toLowerCase(), message, remedy: 'Give each trigger a name of its own.' };
}

/** Every place of a conflict is told, and where another one is. Which of them was meant is not ours to guess. */
function duplicates(
  compiled: readonly CompiledTrigger[],
  exclusiveIn: (trigger: Trigger) => Exclusive | undefined,
): { readonly trigger: Trigger; readonly diagnostic: Diagnostic }[] {
  return compiled.flatMap((entry) => {
    const exclusive = exclusiveIn(entry.trigger);
    if (exclusive === undefined) return [];
    const { resource, message, remedy } = exclusive;
    const other = compiled.find((candidate) => candidate !== entry && exclusiveIn(candidate.trigger)?.resource === resource);
    if (other === undefined) return [];
    const { trigger, file, position } = entry;
    const elsewhere = `${other.file}:${other.position.line}:${other.position.column}`;
    const diagnostic: Diagnostic = {
      code: 'trigger_conflict',
      severity: 'error',
      file,
      position,
      message: `${message}; the other is at ${elsewhere}.`,
      remedy,
    };
    return [{ trigger, diagnostic }];
  });
}
