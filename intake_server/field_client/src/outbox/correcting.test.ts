// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Phone } from "../net/phone";
import { aNode, type TestNode } from "../testing/node";
import { aPhone, aWorker, everything, filled, finished } from "../testing/phones";
import { deviceOf } from "../vault/store";
import type { Master } from "../vault/workers";
import { correct, isComplete } from "./correcting";
import { rounds } from "./sender";

describe("a correction", () => {
  let node: TestNode;
  let phone: Phone;
  let master: Master;
  const entry = { field: "g_child/family_name", old: "Ремез", new: " Ремезова ", why: "помилка" };

  beforeEach(async () => {
    node = await aNode();
    phone = await aPhone(node);
    master = await aWorker(phone.store);
  });
  afterEach(() => node.end());

  it("arrives sealed, bound to what was sent, and is nowhere in plain text", async () => {
    const sent = await finished(phone, master, filled());
    const item = (await phone.store.get("items", sent))!;
    const id = await correct(phone.store, (await deviceOf(phone.store))!, master, item, [entry], phone.now());
    expect(await everything(phone.store)).not.toContain("Ремез");
    await rounds(phone, false);
    const { opened } = node.kept.get(id)!;
    expect(opened.corrects).toEqual({ instance_id: sent, entries: [{ ...entry, new: "Ремезова" }] });
    expect(opened).not.toHaveProperty("xml");
    expect(await phone.store.get("items", id)).toMatchObject({ state: "received", corrects: sent });
  });

  it.each([
    [entry, true],
    [{ ...entry, field: "" }, false],
    [{ ...entry, why: " " }, false],
    [{ ...entry, new: entry.old }, false],
    [{ ...entry, old: "" }, true],
  ])("%o is complete: %s", (given, expected) => {
    expect(isComplete(given)).toBe(expected);
  });

  it.each([
    ["kin/name", false],
    ["kin[2]/name", true],
  ])("of a question in rows says which one: %s, %s", (field, expected) => {
    const repeat = { path: "kin", label: "Kin" };
    expect(isComplete({ ...entry, field }, [repeat])).toBe(expected);
  });
});
