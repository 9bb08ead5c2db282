/**
 * Following an order to wipe: what can be read goes first, what is sealed is handed in,
 * then nothing is left. The order is kept until then, so that closing the application in
 * the middle changes nothing.
 */
import { type Phone, saidWiped } from "../net/phone";
import { emptied, gone, panic } from "../vault/wiping";
import { waiting } from "./items";
import { recover, round, sendingOf } from "./sending";

const PATIENCE = 3;
const KEY = "wipe-order";

/** Return the order that is being followed; what is not signed by the own site is none. */
export async function orderKept({ store }: Phone): Promise<string | undefined> {
  return (await store.get("device", KEY)) as string | undefined;
}

/** Follow a good order; false where the line broke and something sealed still waits. */
export async function leave(phone: Phone, order: string): Promise<boolean> {
  const { store } = phone;
  await store.put("device", order, KEY);
  await panic(store);
  if (!(await handedIn(phone))) return false;
  await emptied(store);
  await saidWiped(phone);
  await gone(store);
  return true;
}

/** Hand in what waits; a node that takes none of it three times is not asked for ever. */
async function handedIn(phone: Phone): Promise<boolean> {
  const sending = await sendingOf(phone);
  if (!sending) return true;
  await recover(phone);
  let before = (await waiting(phone.store)).count;
  for (let idle = 0; before > 0 && idle < PATIENCE; ) {
    const outcome = await round(sending);
    if (outcome.kind === "no_line" && outcome.why !== "busy") return false;
    const { count } = await waiting(phone.store);
    idle = count < before ? 0 : idle + 1;
    before = count;
    if (outcome.kind === "empty") break;
  }
  return true;
}
