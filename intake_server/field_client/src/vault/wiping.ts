/**
 * Emptying the phone: by an order that the own site signed, or in need.
 *
 * In need, whatever makes anything readable goes first and at once: workers with their
 * keys, shifts, families, corrections. Only then each draft is moved to what waits, which may take a
 * while. What is sealed stays, for nobody here can read it and a child may depend on it.
 */
import { isSigned } from "./envelope";
import { type Device, NAME, type Store } from "./store";

/** Tell whether an order is for this phone and its own site has signed it. */
export async function isOrdered(device: Device, order: unknown, signature: unknown): Promise<boolean> {
  if (typeof order !== "string" || typeof signature !== "string") return false;
  const [what, whom, at, ...more] = order.split("|");
  if (what !== "dodomu/wipe/v1" || whom !== device.id || !at || more.length) return false;
  return isSigned(device.receiptKey, order, signature);
}

/**
 * Take away all by which anything can be read, in one transaction: whatever happens after
 * it, the drafts are nothing but bytes.
 */
export async function unreadable(store: Store): Promise<void> {
  const going = store.transaction(["workers", "shifts", "families", "corrections", "device"], "readwrite");
  await Promise.all([
    going.objectStore("workers").clear(),
    going.objectStore("shifts").clear(),
    going.objectStore("families").clear(),
    going.objectStore("corrections").clear(),
    going.objectStore("device").delete("labels"),
    going.done,
  ]);
}

/** Empty every store but the one that says who this phone is, to acknowledge with. */
export async function emptied(store: Store): Promise<void> {
  const names = [...store.objectStoreNames].filter((name) => name !== "device");
  const going = store.transaction(names, "readwrite");
  await Promise.all([...names.map((name) => going.objectStore(name).clear()), going.done]);
}

/** Leave nothing of the application on the phone. */
export async function gone(store: Store): Promise<void> {
  await store.clear("device");
  store.close();
  await new Promise<void>((resolve) => {
    const asked = indexedDB.deleteDatabase(NAME);
    asked.onsuccess = asked.onerror = asked.onblocked = (): void => resolve();
  });
  globalThis.localStorage?.clear();
  globalThis.sessionStorage?.clear();
  for (const name of (await globalThis.caches?.keys()) ?? []) await caches.delete(name);
  const workers = await globalThis.navigator?.serviceWorker?.getRegistrations();
  for (const worker of workers ?? []) await worker.unregister();
}
