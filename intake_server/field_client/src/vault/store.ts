/**
 * What lies on the phone: one IndexedDB, its shape, and the steps from older shapes.
 *
 * Nothing that a form says is ever put here in plain text: bodies, titles' companions and
 * families are ciphertext, what waits is sealed to the site. Plain are ids, times, states,
 * which form it is, and the reference that a node gave.
 */
import { type DBSchema, type IDBPDatabase, type IDBPTransaction, openDB, type StoreNames } from "idb";
import type { Item } from "../outbox/items";
import type { Bytes } from "./bytes";

/** What a node said when it let this phone in, and later. */
export interface Device {
  readonly id: string;
  readonly token: string;
  readonly label: string;
  readonly site: string;
  readonly siteTitle: { readonly uk: string; readonly en: string };
  readonly sealKey: string;
  readonly receiptKey: string;
  readonly pass: string;
  readonly leaseUntil: string;
  readonly defaults: Readonly<Record<string, string>>;
  readonly practice: boolean;
  /** Receipt keys of other sites, their signature good. */
  readonly sites: Readonly<Record<string, string>>;
}

export interface StoredForm {
  readonly formId: string;
  readonly version: string;
  readonly title: { readonly uk: string; readonly en: string };
  readonly hash: string;
  readonly media: readonly { readonly name: string; readonly hash: string; readonly url: string }[];
  readonly xml: string;
  /** Whether new forms are filled in with it; older ones stay for their drafts. */
  readonly isCurrent: boolean;
}

/** One who fills in forms on this phone; `master` is gone after ten wrong tries. */
export interface Worker {
  readonly id: string;
  readonly label: Bytes;
  readonly salt: Bytes;
  readonly rounds: number;
  readonly master: Bytes | null;
  readonly wrong: number;
  readonly made: number;
}

/** From a passphrase until the end of the shift, six digits are enough. */
export interface Shift {
  readonly worker: string;
  readonly key: CryptoKey;
  readonly salt: Bytes;
  readonly rounds: number;
  readonly master: Bytes;
  readonly wrong: number;
  readonly until: number;
}

/** A form that is being filled in, without what it says. */
export interface Draft {
  readonly id: string;
  readonly worker: string;
  readonly form: string;
  readonly changed: number;
  /** The draft's own key, under the worker's. */
  readonly key: Bytes;
  readonly meta: Bytes;
  /** When it is sealed for good; absent while it is filled in. */
  readonly finishing?: number;
}

/** What a draft says, under its own key, and the same sealed to the site. */
export interface DraftBody {
  readonly body: Bytes;
  readonly handover: string;
}

/** What the children of a family share, under the worker's key. */
export interface StoredFamily {
  readonly id: string;
  readonly worker: string;
  readonly changed: number;
  readonly body: Bytes;
}

/** A correction that was begun, under the worker's key; it is called like what it corrects. */
export interface StoredCorrection {
  readonly id: string;
  readonly worker: string;
  readonly body: Bytes;
}

/** A photo or signature as it goes to the node; it belongs to one form. */
export interface StoredFile {
  readonly owner: string;
  readonly sha256: string;
  readonly size: number;
  readonly bytes: Bytes;
}

export interface Schema extends DBSchema {
  device: { key: string; value: unknown };
  forms: { key: [string, string]; value: StoredForm };
  media: { key: string; value: Bytes };
  pieces: { key: string; value: Bytes };
  workers: { key: string; value: Worker };
  shifts: { key: string; value: Shift };
  drafts: {
    key: string;
    value: Draft;
    indexes: { recent: [string, number]; form: string; finishing: number; changed: number };
  };
  draft_bodies: { key: string; value: DraftBody };
  families: { key: string; value: StoredFamily; indexes: { recent: [string, number] } };
  corrections: { key: string; value: StoredCorrection };
  items: {
    key: string;
    value: Item;
    indexes: { state: [string, number]; recent: [string, number] };
  };
  bodies: { key: string; value: string };
  files: { key: [string, string]; value: StoredFile; indexes: { owner: string } };
}

export type Store = IDBPDatabase<Schema>;
export type Names = StoreNames<Schema>[];
type Upgrade = IDBPTransaction<Schema, Names, "versionchange">;
type Step = (store: Store, upgrade: Upgrade) => void;

export const NAME = "forms";

/** One step from each shape to the next; never changed once phones have it. */
export const STEPS: readonly Step[] = [
  (store) => {
    store.createObjectStore("device");
    store.createObjectStore("forms", { keyPath: ["formId", "version"] });
    store.createObjectStore("media");
    store.createObjectStore("pieces");
    store.createObjectStore("workers", { keyPath: "id" });
    store.createObjectStore("shifts", { keyPath: "worker" });
    const drafts = store.createObjectStore("drafts", { keyPath: "id" });
    drafts.createIndex("recent", ["worker", "changed"]);
    drafts.createIndex("form", "form");
    drafts.createIndex("finishing", "finishing");
    store.createObjectStore("draft_bodies");
    const families = store.createObjectStore("families", { keyPath: "id" });
    families.createIndex("recent", ["worker", "changed"]);
    const items = store.createObjectStore("items", { keyPath: "id" });
    items.createIndex("state", ["state", "finalized"]);
    items.createIndex("recent", ["worker", "finalized"]);
    store.createObjectStore("bodies");
    const files = store.createObjectStore("files", { keyPath: ["owner", "sha256"] });
    files.createIndex("owner", "owner");
  },
  (_store, upgrade) => {
    upgrade.objectStore("drafts").createIndex("changed", "changed");
  },
  (store) => {
    store.createObjectStore("corrections", { keyPath: "id" });
  },
];

/** Open what lies on the phone, taking it through each step that it lacks. */
export function openStore(name = NAME, steps: readonly Step[] = STEPS): Promise<Store> {
  return openDB<Schema>(name, steps.length, {
    upgrade(store, before, _now, upgrade) {
      for (const step of steps.slice(before)) step(store, upgrade as Upgrade);
    },
    blocking(_now, _next, event) {
      (event.target as IDBDatabase).close();
    },
  });
}

/** Change what is kept of a worker, and return it; where it went meanwhile nothing brings it back. */
export async function changed<Name extends "workers" | "shifts">(
  store: Store,
  name: Name,
  id: string,
  change: (kept: Schema[Name]["value"]) => Schema[Name]["value"] | undefined,
): Promise<Schema[Name]["value"] | undefined> {
  const changing = store.transaction(name, "readwrite");
  const kept = await changing.store.get(id);
  const next = kept && change(kept);
  if (next) await changing.store.put(next);
  await changing.done;
  return next;
}

export async function deviceOf(store: Store): Promise<Device | undefined> {
  return (await store.get("device", "device")) as Device | undefined;
}
