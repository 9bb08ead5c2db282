/**
 * Following an order to wipe: what can be read goes first, what is sealed is handed in,
 * then nothing is left. The order is kept until then, so that closing the application in
 * the middle changes nothing.
 */
import { type Phone, saidWiped } from "../net/phone";
import { emptied, gone, panic } from "../vault/wiping";
import { inState, waiting } from "./items";
import { recover, round, sendingOf, tryAgain } from "./sending";

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

/** Hand in all that is sealed; what a node refuses three times is not waited for. */
async function handedIn(phone: Phone): Promise<boolean> {
  const sending = await sendingOf(phone);
  if (!sending) return true;
  await recover(phone);
  let before = await left(phone);
  for (let idle = 0; before > 0 && idle < PATIENCE; ) {
    await tryAgain(phone, true);
    let outcome = await round(sending);
    while (outcome.kind === "more") outcome = await round(sending);
    if (outcome.kind === "no_line" && outcome.why !== "busy") return false;
    const count = await left(phone);
    idle = count < before ? 0 : idle + 1;
    before = count;
  }
  const refused = await inState(phone.store, "not_received");
  return refused.every(({ reason }) => reason !== "forged");
}

async function left({ store }: Phone): Promise<number> {
  const { count, notReceived } = await waiting(store);
  return count + notReceived;
}
