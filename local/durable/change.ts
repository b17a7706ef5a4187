import type { LiveInstance, Message } from './live-instance.ts';
import type { DurableStore, FinalStatus, NewWork } from './store.ts';

/** What a change makes of its instance. Inputs and outputs are JSON texts. */
export type Fate =
  | { readonly kind: 'live'; readonly status: 'Running' | 'Suspended' }
  | { readonly kind: 'restarted'; readonly executionId: string; readonly input: string | null }
  | { readonly kind: 'ended'; readonly status: FinalStatus; readonly output: string | null };

/** A message for another instance; always kept in its inbox until that one has processed it. */
export interface Outgoing {
  readonly to: LiveInstance;
  readonly message: Message;
}

/** All that one step of an instance changes, to be committed as a whole. */
export interface Change {
  readonly instance: LiveInstance;
  readonly now: number;
  /** Messages that are history now, or of no use any more. */
  readonly consumed: readonly Message[];
  /** JSON texts of the events to append, joined by commas; empty if there are none. */
  readonly history: string;
  readonly newWork: readonly NewWork[];
  /** Task ids of work that nobody waits for any more. */
  readonly abandoned: readonly number[];
  readonly children: readonly LiveInstance[];
  readonly outgoing: readonly Outgoing[];
  readonly customStatus: string | undefined;
  readonly fate: Fate;
}

/** Writes a change; to be called inside a transaction. */
export function writeChange(store: DurableStore, change: Change): void {
  const { instance, fate, now, customStatus } = change;
  for (const message of change.consumed) deleteMessage(store, message);
  for (const taskId of change.abandoned) {
    const work = instance.work.get(taskId);
    if (work !== undefined) store.deleteWork(work.row);
  }
  for (const work of change.newWork) store.insertWork(work);
  for (const child of change.children) writeNewInstance(store, child);
  for (const { to, message } of change.outgoing) writeMessage(store, to, message);
  if (fate.kind === 'restarted') {
    store.deleteHistory(instance.key);
    store.restartInstance(instance.key, fate.executionId, fate.input);
    store.updateProgress(instance.key, 'Running', 0, customStatus, now);
    return;
  }
  const episodes = change.history === '' ? instance.episodes : instance.episodes + 1;
  if (change.history !== '') store.appendHistory(instance.key, instance.episodes, change.history);
  store.updateProgress(instance.key, fate.status, episodes, customStatus, now);
  if (fate.kind === 'ended') store.updateOutput(instance.key, fate.output);
}

/** Writes a new instance in the place of an ended one of the same id. */
export function writeNewInstance(store: DurableStore, instance: LiveInstance): void {
  const ended = store.findInstance(instance.id);
  if (ended !== undefined) store.deleteInstance(ended.key);
  store.insertInstance({ ...instance, instanceId: instance.id });
}

export function writeMessage(store: DurableStore, to: LiveInstance, message: Message): void {
  if (message.row !== undefined) store.insertMessage(message.row.id, to.key, message.text);
}

export function deleteMessage(store: DurableStore, { row }: Message): void {
  if (row?.table === 'inbox') store.deleteMessage(row.id);
  if (row?.table === 'work') store.deleteWork(row.id);
}
