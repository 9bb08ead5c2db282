/**
 * What the children of one family share, kept until the family is done or 72 hours.
 *
 * What was practised goes on in practice only, and what is real in earnest only.
 */
import type { Answers, Family } from "../contracts";
import { isPractised } from "../practised";
import { text, utf8 } from "./bytes";
import { hidden, shown } from "./cipher";
import { DRAFT_LIFE_MS, type Since } from "./handing";
import type { Store } from "./store";
import type { Master } from "./workers";

/** A family, and the version of the form that was finished last. */
export interface Ended extends Family {
  readonly version: string;
}

export async function keep(store: Store, master: Master, family: Ended, now: number): Promise<void> {
  const body = await hidden(master.key, utf8(JSON.stringify(family)), `family ${family.first}`);
  await store.put("families", { id: family.first, worker: master.worker, changed: now, body });
}

export interface Kept extends Ended {
  readonly changed: number;
}

/**
 * Return the families that this worker may go on with in a form of a version, the newest
 * first; none that is damaged, or of which it is not known whether it was practised.
 */
export async function open(store: Store, master: Master, version: string | undefined): Promise<Kept[]> {
  if (version === undefined) return [];
  const mine = IDBKeyRange.bound([master.worker, 0], [master.worker, Number.MAX_VALUE]);
  const kept = await store.getAllFromIndex("families", "recent", mine);
  const families = kept.reverse().map(async ({ id, body, changed }) => {
    try {
      const family = JSON.parse(text(await shown(master.key, body, `family ${id}`))) as Ended;
      return family.version && isPractised(family.version) === isPractised(version) ? [{ ...family, changed }] : [];
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
