/** A correction of what was sent: a form of its own, sealed like any other. */
import { type Correction, readyItem } from "../vault/sealing";
import type { Device, Store } from "../vault/store";
import type { Master } from "../vault/workers";
import type { Item } from "./items";
import { type Repeat, rowOf } from "./questions";

export type Entry = Correction["entries"][number];

/** Whether an entry says what to correct: of a question in `repeats`, also in which row. */
export function isComplete(entry: Entry, repeats: readonly Repeat[] = []): boolean {
  const hasRows = repeats.every((repeat) => rowOf(entry.field, repeat) !== "");
  return Boolean(entry.field && entry.why.trim()) && hasRows && entry.old.trim() !== entry.new.trim();
}

/** Seal a correction; it waits for a line like a finished form, and is begun no longer. */
export async function correct(
  store: Store,
  device: Device,
  master: Master,
  of: Item,
  entries: readonly Entry[],
  finalized: number,
): Promise<string> {
  const id = `uuid:${crypto.randomUUID()}`;
  const trimmed = entries.map((entry) => ({
    field: entry.field,
    old: entry.old.trim(),
    new: entry.new.trim(),
    why: entry.why.trim(),
  }));
  const ready = await readyItem(device, {
    instanceId: id,
    formId: of.formId,
    version: of.version,
    finalized,
    state: "finished",
    worker: master.label,
    corrects: { instance_id: of.id, entries: trimmed },
    files: [],
  });
  const body = JSON.stringify(ready.item);
  const item: Item = {
    id,
    worker: master.worker,
    formId: of.formId,
    version: of.version,
    title: of.title,
    finalized,
    state: "ready",
    isFinished: true,
    corrects: of.id,
    digest: ready.digest,
    bytes: body.length,
    files: [],
    tries: 0,
    nextAt: 0,
  };
  const writing = store.transaction(["items", "bodies", "corrections"], "readwrite");
  await Promise.all([
    writing.objectStore("corrections").delete(of.id),
    writing.objectStore("items").put(item),
    writing.objectStore("bodies").put(body, id),
    writing.done,
  ]);
  return id;
}
