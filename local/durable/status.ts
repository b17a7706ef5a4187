import { EventType, eventName, type HistoryEvent } from './history.ts';
import type { StoredInstance } from './store.ts';

/** An instance's status as the management API shows it. */
export function statusBody(instance: StoredInstance, showInput: boolean) {
  return {
    name: instance.name,
    instanceId: instance.instanceId,
    runtimeStatus: instance.status,
    input: showInput ? parsed(instance.input) : null,
    customStatus: parsed(instance.customStatus),
    output: parsed(instance.output),
    createdTime: toSeconds(instance.createdAt),
    lastUpdatedTime: toSeconds(instance.updatedAt),
  };
}

/**
 * The history as the management API shows it: names for numbers, without the episodes' boundaries. Azure calls it `historyEvents`, where
 * the SDK looks for `history`: its `getStatus` never returns one, here as there.
 */
export function historyBody(events: readonly HistoryEvent[], showResults: boolean): object[] {
  return events
    .filter((event) => event.EventType !== EventType.OrchestratorStarted && event.EventType !== EventType.OrchestratorCompleted)
    .map((event) => {
      const shown: Record<string, unknown> = { ...event, EventType: eventName(event) };
      delete shown['IsPlayed'];
      if (!showResults) delete shown['Result'];
      return shown;
    });
}

function parsed(text: string | null): unknown {
  return text ? JSON.parse(text) : null;
}

function toSeconds(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}
