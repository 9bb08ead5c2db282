/**
 * Corrections that were begun: written down as they are typed, unreadable without the worker.
 *
 * One goes when it is sealed, when its worker's key goes, or when what it corrects stands in
 * the list of sent forms no longer.
 */
import { text, utf8 } from "./bytes";
import { hidden, shown } from "./cipher";
import type { Correction } from "./sealing";
import type { Store } from "./store";
import type { Master } from "./workers";

export type Entry = Correction["entries"][number];

/** Write down what is typed so far as a correction of a form; nothing typed is none. */
export async function keep(store: Store, master: Master, of: string, entries: readonly Entry[]): Promise<void> {
  if (entries.every(({ field, old, new: next, why }) => !(field || old || next || why))) return drop(store, of);
  const body = await hidden(master.key, utf8(JSON.stringify(entries)), about(of));
  await store.put("corrections", { id: of, worker: master.worker, body });
}

/** Return what was begun; nothing where it is another worker's or damaged. */
export async function begun(store: Store, master: Master, of: string): Promise<Entry[]> {
  const kept = await store.get("corrections", of);
  if (kept?.worker !== master.worker) return [];
  try {
    return JSON.parse(text(await shown(master.key, kept.body, about(of)))) as Entry[];
  } catch {
    return [];
  }
}

export async function drop(store: Store, of: string): Promise<void> {
  await store.delete("corrections", of);
}

/** Let go what corrects nothing that stands in the list. */
export async function dropOld(store: Store): Promise<void> {
  for (const of of await store.getAllKeys("corrections")) {
    if (!(await store.getKey("items", of))) await drop(store, of);
  }
}

function about(of: string): string {
  return `correction ${of}`;
}
