/**
 * Who fills in forms on this phone: each has a passphrase, and sees own drafts only.
 *
 * A worker's master key is random and lies under the key that follows from the passphrase.
 * A try is counted before it is made, so that ending the application does not save one;
 * the tenth wrong one takes the master key away and hands the drafts to the site.
 */
import { type Bytes, text, utf8 } from "./bytes";
import { boundKey, hidden, keyOf, newSecret, shown, UnopenedError } from "./cipher";
import { handOverAll } from "./handing";
import { derived, newSalt, ROUNDS } from "./passphrase";
import { changed, type Store, type Worker } from "./store";

export const TRIES = 10;

/** An unlocked worker: `secret` is kept only until the shift's digits are chosen. */
export interface Master {
  readonly worker: string;
  readonly label: string;
  readonly key: CryptoKey;
  readonly secret: Bytes;
}

export interface Named {
  readonly id: string;
  readonly label: string;
  readonly hasKey: boolean;
  readonly wrong: number;
}

export type Opened = { readonly master: Master } | { readonly left: number };

export async function create(store: Store, label: string, passphrase: string, now: number): Promise<Master> {
  const id = crypto.randomUUID();
  const { secret, ...kept } = await locked(passphrase, id);
  const named = await hidden(await labelKey(store), utf8(label), id);
  await store.put("workers", { id, label: named, wrong: 0, made: now, ...kept });
  return { worker: id, label, key: await keyOf(secret), secret };
}

export async function list(store: Store): Promise<Named[]> {
  const workers = await store.getAll("workers");
  const key = await labelKey(store);
  const named = workers.map(async ({ id, label, master, wrong, made }) => {
    return { id, label: await labelOf(key, label, id), hasKey: master !== null, wrong, made };
  });
  return (await Promise.all(named)).sort((a, b) => a.made - b.made);
}

/** Try a passphrase; `left` says how many more tries there are, 0 when all is handed over. */
export async function open(store: Store, id: string, passphrase: string): Promise<Opened> {
  // The count is kept before anything is tried.
  const worker = await changed(store, "workers", id, (kept) => ({ ...kept, wrong: kept.wrong + 1 }));
  if (!worker?.master) return { left: 0 };
  try {
    const under = await derived(passphrase, worker.salt, worker.rounds);
    const secret = await shown(under, worker.master, id);
    const isHere = await changed(store, "workers", id, (kept) => (kept.master ? { ...kept, wrong: 0 } : undefined));
    if (!isHere) return { left: 0 };
    return { master: await masterOf(store, worker, secret) };
  } catch (error) {
    if (!(error instanceof UnopenedError)) throw error;
  }
  const left = Math.max(0, TRIES - worker.wrong);
  if (left === 0) await forget(store, id);
  return { left };
}

/** Take a worker's key away; what they were filling in goes to the site, sealed. */
export async function forget(store: Store, id: string): Promise<void> {
  const done = store.transaction(["workers", "shifts", "families", "corrections"], "readwrite");
  const worker = await done.objectStore("workers").get(id);
  if (worker) await done.objectStore("workers").put({ ...worker, master: null });
  await done.objectStore("shifts").delete(id);
  for (const name of ["families", "corrections"] as const) {
    const theirs = done.objectStore(name);
    for (const one of await theirs.getAll()) if (one.worker === id) await theirs.delete(one.id);
  }
  await done.done;
  await handOverAll(store, id);
}

/** Give a worker whose key is gone a new one. */
export async function renew(store: Store, id: string, passphrase: string): Promise<Master> {
  const worker = await store.get("workers", id);
  if (!worker || worker.master) throw new Error("this worker has a key");
  await handOverAll(store, id);
  const { secret, ...made } = await locked(passphrase, id);
  const isHere = await changed(store, "workers", id, (kept) => ({ ...kept, ...made, wrong: 0 }));
  if (!isHere) throw new Error("this worker is not here any more");
  return masterOf(store, worker, secret);
}

export async function masterOf(store: Store, worker: Worker, secret: Bytes): Promise<Master> {
  const label = await labelOf(await labelKey(store), worker.label, worker.id);
  return { worker: worker.id, label, key: await keyOf(secret), secret };
}

/** A name that is damaged is empty, and shuts nobody out. */
async function labelOf(key: CryptoKey, label: Bytes, id: string): Promise<string> {
  try {
    return text(await shown(key, label, id));
  } catch (error) {
    if (error instanceof UnopenedError) return "";
    throw error;
  }
}

interface Locked {
  readonly secret: Bytes;
  readonly salt: Bytes;
  readonly rounds: number;
  readonly master: Bytes;
}

async function locked(passphrase: string, id: string): Promise<Locked> {
  const [secret, salt] = [newSecret(), newSalt()];
  const master = await hidden(await derived(passphrase, salt), secret, id);
  return { secret, salt, rounds: ROUNDS, master };
}

async function labelKey(store: Store): Promise<CryptoKey> {
  const known = (await store.get("device", "labels")) as CryptoKey | undefined;
  if (known) return known;
  const made = await boundKey();
  const adding = store.transaction("device", "readwrite");
  const meanwhile = (await adding.store.get("labels")) as CryptoKey | undefined;
  if (!meanwhile) await adding.store.put(made, "labels");
  await adding.done;
  return meanwhile ?? made;
}
