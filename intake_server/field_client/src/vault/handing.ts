/**
 * What becomes of a draft without anybody's key: it waits for a line, sealed.
 *
 * Beside each draft lies the same, sealed to the site. So a draft whose time is over,
 * whose passphrase is lost, or that was finished before the application was closed, only
 * has to be moved: in one transaction the readable half and its key go, the sealed waits.
 */
import type { Draft, Store } from "./store";
import type { Item } from "../outbox/items";
import type { Ready } from "./sealing";

export const DRAFT_LIFE_MS = 72 * 60 * 60 * 1000;

const MOVING = ["drafts", "draft_bodies", "items", "bodies", "files"] as const;

/** What lies beside a draft, as text. */
export interface Handover extends Ready {
  readonly title: Item["title"];
  readonly isFinished: boolean;
  readonly finalized: number;
}

/** Move a draft to what waits; tells whether it was still there. */
export async function handOver(store: Store, id: string): Promise<boolean> {
  const moving = store.transaction(MOVING, "readwrite");
  const draft = await moving.objectStore("drafts").get(id);
  const body = await moving.objectStore("draft_bodies").get(id);
  if (draft && body) {
    const ready = JSON.parse(body.handover) as Handover;
    await moving.objectStore("bodies").put(JSON.stringify(ready.item), id);
    await moving.objectStore("items").put(waiting(draft, ready));
    const going = new Set(ready.item.attachments.map(({ sha256 }) => sha256));
    const files = moving.objectStore("files");
    for (const key of await files.index("owner").getAllKeys(id)) {
      if (!going.has(key[1])) await files.delete(key);
    }
  }
  await moving.objectStore("drafts").delete(id);
  await moving.objectStore("draft_bodies").delete(id);
  await moving.done;
  return Boolean(draft);
}

export async function handOverAll(store: Store, worker: string): Promise<void> {
  const all = IDBKeyRange.bound([worker, 0], [worker, Number.MAX_VALUE]);
  for (const id of await store.getAllKeysFromIndex("drafts", "recent", all)) await handOver(store, id);
}

/** Hand over each draft whose 72 hours are over; `open` is the one on the screen. */
export async function handOverOld(store: Store, now: number, open?: string): Promise<number> {
  const old = IDBKeyRange.upperBound(now - DRAFT_LIFE_MS);
  const ids = await store.getAllKeysFromIndex("drafts", "changed", old);
  const due = ids.filter((id) => id !== open);
  for (const id of due) await handOver(store, id);
  return due.length;
}

/** Seal for good what was finished, its time to go back over; at a start: all of it. */
export async function settle(store: Store, now: number): Promise<number> {
  const due = IDBKeyRange.upperBound(now);
  const ids = await store.getAllKeysFromIndex("drafts", "finishing", due);
  for (const id of ids) await handOver(store, id);
  return ids.length;
}

function waiting(draft: Draft, ready: Handover): Item {
  return {
    id: draft.id,
    worker: draft.worker,
    formId: ready.item.form_id,
    version: ready.item.form_version,
    title: ready.title,
    finalized: ready.finalized,
    state: "ready",
    isFinished: ready.isFinished,
    digest: ready.digest,
    bytes: JSON.stringify(ready.item).length,
    files: ready.item.attachments.map(({ sha256, size }) => ({ sha256, size, sent: false })),
    tries: 0,
    nextAt: 0,
  };
}
