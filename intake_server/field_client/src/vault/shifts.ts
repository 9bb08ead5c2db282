/**
 * A shift: for twelve hours after the passphrase, six digits unlock.
 *
 * The master key lies under the digits, and that under a key which the browser keeps and
 * shows to nobody. Five wrong tries, counted before they are made, end the shift.
 */
import { boundKey, hidden, shown, UnopenedError } from "./cipher";
import { derived, newSalt, ROUNDS } from "./passphrase";
import { changed, type Store } from "./store";
import { type Master, masterOf } from "./workers";

export const LENGTH_MS = 12 * 60 * 60 * 1000;
export const TRIES = 5;
const DIGITS = /^\d{6}$/;
const ABOUT = "shift";

export function isPin(typed: string): boolean {
  return DIGITS.test(typed);
}

/** Digits that everybody tries first: one repeated, or a row. */
export function isTooEasy(pin: string): boolean {
  const steps = [...pin].slice(1).map((digit, at) => Number(digit) - Number(pin[at]));
  return [0, 1, -1].some((step) => steps.every((each) => each === step));
}

/** Begin a shift; false where the worker's key went meanwhile. */
export async function begin(store: Store, master: Master, pin: string, now: number): Promise<boolean> {
  const salt = newSalt();
  const inner = await hidden(await derived(pin, salt), master.secret, master.worker);
  const key = await boundKey();
  const under = await hidden(key, inner, ABOUT);
  const adding = store.transaction(["workers", "shifts"], "readwrite");
  const worker = await adding.objectStore("workers").get(master.worker);
  if (worker?.master) {
    await adding.objectStore("shifts").put({
      worker: master.worker,
      key,
      salt,
      rounds: ROUNDS,
      master: under,
      wrong: 0,
      until: now + LENGTH_MS,
    });
  }
  await adding.done;
  return Boolean(worker?.master);
}

export async function isOpen(store: Store, worker: string, now: number): Promise<boolean> {
  const shift = await store.get("shifts", worker);
  if (shift && shift.until > now) return true;
  if (shift) await end(store, worker);
  return false;
}

/** Try the digits; `left` is 0 when the passphrase is needed. */
export async function open(
  store: Store,
  id: string,
  pin: string,
  now: number,
): Promise<{ readonly master: Master } | { readonly left: number }> {
  const shift = await changed(store, "shifts", id, (kept) => ({ ...kept, wrong: kept.wrong + 1 }));
  const worker = await store.get("workers", id);
  if (!shift || !worker?.master || shift.until <= now || shift.wrong > TRIES) {
    await end(store, id);
    return { left: 0 };
  }
  try {
    const inner = await shown(shift.key, shift.master, ABOUT);
    const secret = await shown(await derived(pin, shift.salt, shift.rounds), inner, id);
    const isHere = await changed(store, "shifts", id, (kept) => ({ ...kept, wrong: 0 }));
    if (!isHere) return { left: 0 };
    return { master: await masterOf(store, worker, secret) };
  } catch (error) {
    if (!(error instanceof UnopenedError)) throw error;
  }
  const left = TRIES - shift.wrong;
  if (left === 0) await end(store, id);
  return { left };
}

export async function end(store: Store, worker: string): Promise<void> {
  await store.delete("shifts", worker);
}
