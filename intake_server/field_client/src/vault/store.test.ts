// @vitest-environment node
import "fake-indexeddb/auto";
import { expect, it } from "vitest";
import { NAME, openStore, STEPS } from "./store";

it.each(STEPS.map((_step, at) => at + 1))("a phone with shape %i keeps its drafts and is brought up to date", async (at) => {
  const name = `${NAME}-${at}`;
  const before = await openStore(name, STEPS.slice(0, at));
  const draft = { id: "d", worker: "w", form: "f 1", changed: 5, key: new Uint8Array(1), meta: new Uint8Array(1) };
  await before.put("drafts", draft);
  await before.put("bodies", "sealed", "i");
  before.close();
  const after = await openStore(name);
  expect(after.version).toBe(STEPS.length);
  expect(await after.getAllFromIndex("drafts", "changed", IDBKeyRange.upperBound(5))).toEqual([draft]);
  expect(await after.get("bodies", "i")).toBe("sealed");
});

it("a page that is open does not hold up an update", async () => {
  await openStore("held", STEPS.slice(0, 1));
  const after = await openStore("held");
  expect(after.version).toBe(STEPS.length);
});
