/**
 * Following an order to wipe: what can be read goes first, what is sealed is handed in,
 * then nothing is left. The order is kept until then, so that closing the application in
 * the middle changes nothing.
 *
 * Sealed forms may be all that is known of a child, and nobody on the phone can read them:
 * they wait for a line without end, and for a node that refuses them thirty days.
 */
import { type Phone, saidWiped } from "../net/phone";
import { handOverKeyless } from "../vault/handing";
import { emptied, gone, unreadable } from "../vault/wiping";
import { recover, round, sendingOf, tryAgain } from "./sending";

/**
 * On so many different days something may be refused before it is given up: as many as the
 * pass lasts by which other sites' nodes take sealed forms. Until then people can put a
 * node right; after that nobody would take them, and a phone that is lied to is free.
 */
const PATIENCE_DAYS = 30;
const DAY_MS = 24 * 60 * 60_000;
const PASSES = 3;
const KEY = "wipe-order";
const REFUSED = "wipe-refused";

/** Whether nothing is left on the phone, or why what is sealed still is. */
export type Left = "gone" | "no_line" | "refused";

/** Since when, and on how many days after the first, what is sealed was refused. */
interface Refused {
  readonly days: number;
  readonly last: number;
}

/** Return the order that is being followed; what is not signed by the own site is none. */
export async function orderKept({ store }: Phone): Promise<string | undefined> {
  return (await store.get("device", KEY)) as string | undefined;
}

/** Follow a good order as far as it can be followed now. */
export async function leave(phone: Phone, order: string): Promise<Left> {
  const { store } = phone;
  await noted(store, order);
  await unreadable(store);
  const left = await handedIn(phone);
  if (left === "no_line" || (left === "refused" && !(await isGivenUp(phone)))) return left;
  await emptied(store);
  await saidWiped(phone);
  await gone(store);
  return "gone";
}

/** A full phone cannot note the order, and follows it all the same; the node gives it again. */
async function noted(store: Phone["store"], order: string): Promise<void> {
  await store.put("device", order, KEY).catch(() => undefined);
}

/** Hand in all that is sealed, as long as a node takes some of it. */
async function handedIn(phone: Phone): Promise<Left> {
  const sending = await sendingOf(phone);
  if (!sending) return "gone";
  await recover(phone);
  let before = await left(phone);
  for (let idle = 0; before > 0 && idle < PASSES; ) {
    await tryAgain(phone, true);
    let outcome = await round(sending);
    while (outcome.kind === "more") outcome = await round(sending);
    if (outcome.kind === "no_line") return "no_line";
    const count = await left(phone);
    if (count < before) await phone.store.delete("device", REFUSED);
    idle = count < before ? 0 : idle + 1;
    before = count;
  }
  return before > 0 ? "refused" : "gone";
}

/**
 * Tell whether it was refused long enough. A day counts once, however far the clock was
 * moved: one that was wrong for years costs a day.
 */
async function isGivenUp({ store, now }: Phone): Promise<boolean> {
  const before = (await store.get("device", REFUSED)) as Refused | undefined;
  const isSameDay = before && Math.abs(now() - before.last) < DAY_MS;
  if (isSameDay) return before.days >= PATIENCE_DAYS;
  const days = before ? before.days + 1 : 0;
  await store.put("device", { days, last: now() } satisfies Refused, REFUSED);
  return days >= PATIENCE_DAYS;
}

/**
 * How many forms no node keeps yet: the bytes of the others are gone. What was being filled
 * in is among them, as soon as there is room to move it.
 */
async function left({ store }: Phone): Promise<number> {
  const drafts = await handOverKeyless(store);
  return drafts.left + (await store.count("bodies"));
}
