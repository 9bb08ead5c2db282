/** What the children of one family share, kept until the family is done or 72 hours. */
import type { Answers, Family } from "../contracts";
import { text, utf8 } from "./bytes";
import { hidden, shown } from "./cipher";
import { DRAFT_LIFE_MS, type Since } from "./handing";
import type { Store } from "./store";
import type { Master } from "./workers";

export async function keep(store: Store, master: Master, family: Family, now: number): Promise<void> {
  const body = await hidden(master.key, utf8(JSON.stringify(family)), `family ${family.first}`);
  await store.put("families", { id: family.first, worker: master.worker, changed: now, body });
}

export interface Kept extends Family {
  readonly changed: number;
}

/** Return the families that this worker may go on with, the newest first; none that is damaged. */
export async function open(store: Store, master: Master): Promise<Kept[]> {
  const mine = IDBKeyRange.bound([master.worker, 0], [master.worker, Number.MAX_VALUE]);
  const kept = await store.getAllFromIndex("families", "recent", mine);
  const families = kept.reverse().map(async ({ id, body, changed }) => {
    try {
      const family = JSON.parse(text(await shown(master.key, body, `family ${id}`))) as Family;
      return [{ ...family, changed }];
    } catch {
      return [];
    }
  });
  return (await Promise.all(families)).flat();
}

export async function close(store: Store, first: string): Promise<void> {
  await store.delete("families", first);
}

export async function closeOld(store: Store, now: number, since: Since = (changed) => changed): Promise<void> {
  for (const family of await store.getAll("families")) {
    if (since(family.changed) <= now - DRAFT_LIFE_MS) await store.delete("families", family.id);
  }
}

/** What the form of the next child begins with. */
export function nextChild(family: Family, firstReference?: string): { family: Family; answers: Answers } {
  const group = family.answers.sibling_group || firstReference;
  const answers = group ? { ...family.answers, sibling_group: group } : family.answers;
  return { family: { first: family.first, place: family.place + 1, answers }, answers };
}
