/**
 * What becomes of a draft without anybody's key: it waits for a line, sealed.
 *
 * Beside each draft lies the same, sealed to the site. So a draft whose time is over,
 * whose passphrase is lost, or that was finished before the application was closed, only
 * has to be moved: in one transaction the readable half and its key go, the sealed waits.
 */
import type { IDBPTransaction } from "idb";
import type { Item } from "../outbox/items";
import type { Ready } from "./sealing";
import type { Draft, Schema, Store } from "./store";

export const DRAFT_LIFE_MS = 72 * 60 * 60 * 1000;
/** How long somebody may go back to what was finished. */
export const GRACE_MS = 60_000;

const MOVING = ["drafts", "draft_bodies", "items", "bodies", "files"] as const;

/** What lies beside a draft, as text. */
export interface Handover extends Ready {
  readonly title: Item["title"];
  readonly isFinished: boolean;
  readonly finalized: number;
}

/** What lies sealed beside a draft is damaged: nobody can hand it over. */
export class DamagedError extends Error {
  override readonly name = "DamagedError";
}

/** How many drafts were handed over, and how many are to be tried again. */
export interface Handed {
  readonly moved: number;
  readonly left: number;
}

/**
 * Move a draft to what waits; tells whether it was still there.
 *
 * Throws DamagedError; where anything is thrown the draft lies as it lay.
 */
export async function handOver(store: Store, id: string): Promise<boolean> {
  const moving = store.transaction(MOVING, "readwrite");
  const done = moving.done.then(() => true, (error: unknown) => error);
  try {
    const isThere = await moved(moving, id);
    await moving.done;
    return isThere;
  } catch (error) {
    abort(moving);
    await done;
    throw error;
  }
}

type Moving = IDBPTransaction<Schema, (typeof MOVING)[number][], "readwrite">;

async function moved(moving: Moving, id: string): Promise<boolean> {
  const draft = await moving.objectStore("drafts").get(id);
  const body = await moving.objectStore("draft_bodies").get(id);
  if (draft && body) {
    const ready = readyOf(body.handover);
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
  return Boolean(draft);
}

function readyOf(handover: string): Handover {
  try {
    const ready = JSON.parse(handover) as Handover;
    if (ready.digest && ready.item.sealed.ct && ready.item.attachments.every(({ sha256 }) => sha256)) return ready;
  } catch {
    // Said below.
  }
  throw new DamagedError("what is sealed beside the draft is damaged");
}

function abort(moving: Moving): void {
  try {
    moving.abort();
  } catch {
    // It is over already.
  }
}

/** Hand over some drafts; one that fails does not stop the others. */
async function handOverEach(store: Store, ids: Iterable<string>): Promise<Handed> {
  let [moved, left] = [0, 0];
  for (const id of ids) {
    try {
      if (await handOver(store, id)) moved += 1;
    } catch (error) {
      if (!(error instanceof DamagedError)) left += 1;
    }
  }
  return { moved, left };
}

export async function handOverAll(store: Store, worker: string): Promise<Handed> {
  return handOverEach(store, await store.getAllKeysFromIndex("drafts", "recent", allOf(worker)));
}

/** Hand over the drafts that nobody can open any more, their worker's key being gone. */
export async function handOverKeyless(store: Store): Promise<Handed> {
  const ids = new Set(await store.getAllKeys("drafts"));
  for (const { id: worker, master } of ids.size ? await store.getAll("workers") : []) {
    if (!master) continue;
    for (const id of await store.getAllKeysFromIndex("drafts", "recent", allOf(worker))) ids.delete(id);
  }
  return handOverEach(store, ids);
}

/** From when on counts what was written at a moment. */
export type Since = (changed: number) => number;

/** Hand over each draft whose 72 hours are over; `open` is the one on the screen. */
export async function handOverOld(
  store: Store,
  now: number,
  open?: string,
  since: Since = (changed) => changed,
): Promise<number> {
  const limit = now - DRAFT_LIFE_MS;
  const old = await store.getAllFromIndex("drafts", "changed", IDBKeyRange.upperBound(limit));
  const ids = old.filter(({ changed }) => since(changed) <= limit).map(({ id }) => id);
  return (await handOverEach(store, ids.filter((id) => id !== open))).moved;
}

/** Make no more than a minute of what a clock that was set back has made longer. */
async function shorten(store: Store, now: number): Promise<void> {
  const latest = now + GRACE_MS;
  const longer = IDBKeyRange.lowerBound(latest, true);
  if (!(await store.countFromIndex("drafts", "finishing", longer))) return;
  const writing = store.transaction("drafts", "readwrite");
  for (const draft of await writing.store.index("finishing").getAll(longer)) {
    await writing.store.put({ ...draft, finishing: latest });
  }
  await writing.done;
}

/** Seal for good what was finished, its time to go back over; at a start: all of it. */
export async function settle(store: Store, now: number): Promise<number> {
  await shorten(store, now);
  const due = IDBKeyRange.upperBound(now);
  const ids = await store.getAllKeysFromIndex("drafts", "finishing", due);
  return (await handOverEach(store, ids)).moved;
}

function allOf(worker: string): IDBKeyRange {
  return IDBKeyRange.bound([worker, 0], [worker, Number.MAX_VALUE]);
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
