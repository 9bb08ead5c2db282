/**
 * What waits to be sent and what was sent: sealed bytes, and of a form only its name.
 *
 * The sealed bytes of a form never change, so sending them again is the same sending. They
 * go only together with the state that says a node keeps them.
 */
import type { Store } from "../vault/store";
import { type Event, isKept, next, type State } from "./machine";

export const KEPT_MS = 30 * 24 * 60 * 60 * 1000;

export interface Item {
  readonly id: string;
  readonly worker: string;
  readonly formId: string;
  readonly version: string;
  readonly title: { readonly uk: string; readonly en: string };
  readonly finalized: number;
  readonly state: State;
  readonly isFinished: boolean;
  readonly corrects?: string;
  readonly digest: string;
  /** Length of what is sent, in letters. */
  readonly bytes: number;
  readonly files: readonly { readonly sha256: string; readonly size: number; readonly sent: boolean }[];
  readonly tries: number;
  /** Not tried before this moment. */
  readonly nextAt: number;
  readonly reference?: string;
  readonly reason?: Reason;
  readonly settled?: number;
}

/** Why a form was not received; the words for it are the screens'. */
export type Reason = "forged" | "too_large" | "refused" | "unknown_phone" | "practice" | "files";

export type Change = Partial<Pick<Item, "tries" | "nextAt" | "reference" | "reason" | "files">>;

/** Let something happen to a form; what a node keeps is deleted here in the same moment. */
export async function happened(
  store: Store,
  id: string,
  event: Event,
  now: number,
  change: Change = {},
): Promise<Item | undefined> {
  const writing = store.transaction(["items", "bodies", "files"], "readwrite");
  const item = await writing.objectStore("items").get(id);
  if (!item) return undefined;
  const { reason: _before, ...rest } = item;
  const state = next(item.state, event);
  const isDone = isKept(state) && !isKept(item.state);
  const after: Item = { ...rest, ...change, state, ...(isDone ? { settled: now, files: [] } : {}) };
  await writing.objectStore("items").put(after);
  if (isDone) {
    await writing.objectStore("bodies").delete(id);
    const files = writing.objectStore("files");
    for (const key of await files.index("owner").getAllKeys(id)) await files.delete(key);
  }
  await writing.done;
  return after;
}

export function inState(store: Store, state: State, limit?: number): Promise<Item[]> {
  const all = IDBKeyRange.bound([state, 0], [state, Number.MAX_VALUE]);
  return store.getAllFromIndex("items", "state", all, limit);
}

/** How many wait, and since when the oldest does. */
export interface Waiting {
  readonly count: number;
  readonly since?: number;
  readonly notReceived: number;
}

export async function waiting(store: Store): Promise<Waiting> {
  let count = 0;
  let since: number | undefined;
  for (const state of ["ready", "sending", "files"] as const) {
    const all = IDBKeyRange.bound([state, 0], [state, Number.MAX_VALUE]);
    const found = await store.countFromIndex("items", "state", all);
    count += found;
    if (!found) continue;
    const [oldest] = await store.getAllFromIndex("items", "state", all, 1);
    if (oldest) since = Math.min(since ?? Infinity, oldest.finalized);
  }
  const lost = IDBKeyRange.bound(["not_received", 0], ["not_received", Number.MAX_VALUE]);
  const notReceived = await store.countFromIndex("items", "state", lost);
  return { count, notReceived, ...(since === undefined ? {} : { since }) };
}

/** Return some of what a worker finished, the newest first; those before a moment. */
export async function page(store: Store, worker: string, limit: number, before?: number): Promise<Item[]> {
  const range = IDBKeyRange.bound(
    [worker, 0],
    [worker, before ?? Number.MAX_VALUE],
    false,
    before !== undefined,
  );
  const found: Item[] = [];
  let cursor = await store.transaction("items").store.index("recent").openCursor(range, "prev");
  while (cursor && found.length < limit) {
    found.push(cursor.value);
    cursor = await cursor.continue();
  }
  return found;
}

/** Return what others on this phone finished and no node took, so that somebody sees to it. */
export async function othersNotReceived(store: Store, worker: string): Promise<Item[]> {
  return (await inState(store, "not_received")).filter((item) => item.worker !== worker);
}

/** Forget what was received 30 days ago; what was not received stays. */
export async function forgetOld(store: Store, now: number): Promise<void> {
  for (const state of ["received", "looked_at"] as const) {
    for (const item of await inState(store, state)) {
      if ((item.settled ?? now) <= now - KEPT_MS) await store.delete("items", item.id);
    }
  }
}
