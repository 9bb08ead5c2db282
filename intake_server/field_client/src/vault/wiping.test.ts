// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Phone } from "../net/phone";
import { leave } from "../outbox/leaving";
import { aNode, type TestNode } from "../testing/node";
import { aPhone, aWorker, filled, META, panic, PASSPHRASE, START, VERSION } from "../testing/phones";
import * as drafts from "./drafts";
import { signed } from "./envelope";
import * as families from "./families";
import { DamagedError, handOver, handOverKeyless, handOverOld, settle } from "./handing";
import * as shifts from "./shifts";
import { deviceOf } from "./store";
import { isOrdered, unreadable } from "./wiping";
import { forget, list, type Master, open, renew } from "./workers";

let node: TestNode;
let phone: Phone;
let master: Master;

beforeEach(async () => {
  node = await aNode();
  phone = await aPhone(node, { ms: START });
  master = await aWorker(phone.store);
  await shifts.begin(phone.store, master, "481516", START);
  await families.keep(phone.store, master, { version: VERSION, first: "uuid:1", answers: { a: "b" }, place: 1 }, START);
});

afterEach(() => node.end());

const READABLE = ["shifts", "families"] as const;

async function kept(by = master, more: { finishing?: number } = {}): Promise<string> {
  const form = filled();
  const draft = await drafts.begun(by, form.instanceId, META);
  const saving = { now: START, finalized: START, ...more };
  await drafts.save(phone.store, (await deviceOf(phone.store))!, draft, form, saving);
  return form.instanceId;
}

/** Drafts of which the one in the middle can be handed over by nobody. */
async function someDamaged(more: { finishing?: number } = {}): Promise<{ good: string[]; bad: string }> {
  const [first, bad, last] = [await kept(master, more), await kept(master, more), await kept(master, more)];
  await phone.store.put("draft_bodies", { ...(await phone.store.get("draft_bodies", bad))!, handover: "x" }, bad);
  return { good: [first, last], bad };
}

async function waiting(): Promise<string[]> {
  return (await phone.store.getAll("items")).map(({ id }) => id).sort();
}

describe("what nobody may read any more", () => {
  it("goes in a panic whatever becomes of each draft, and one that is damaged stops no other", async () => {
    const { good, bad } = await someDamaged();
    await panic(phone.store);
    for (const name of [...READABLE, "workers"] as const) expect(await phone.store.count(name), name).toBe(0);
    expect(await phone.store.get("device", "labels")).toBeUndefined();
    expect(await waiting()).toEqual(good);
    expect(await phone.store.getAllKeys("drafts")).toEqual([bad]);
  });

  it("is unreadable before the first draft is handed over", async () => {
    await kept();
    await unreadable(phone.store);
    for (const name of [...READABLE, "workers"] as const) expect(await phone.store.count(name), name).toBe(0);
    expect(await phone.store.count("drafts")).toBe(1);
  });

  it.each<[string, (by: Master) => Promise<unknown>, unknown]>([
    ["digits", (by) => shifts.open(phone.store, by.worker, "481516", START + 1), { left: 0 }],
    ["a passphrase", (by) => open(phone.store, by.worker, PASSPHRASE), { left: 0 }],
    ["a shift that begins", (by) => shifts.begin(phone.store, by, "271806", START + 1), false],
  ])("does not come back by what was under way: %s", async (_, work, said) => {
    const under = work(master);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await unreadable(phone.store);
    expect(await under).toEqual(said);
    for (const name of [...READABLE, "workers"] as const) expect(await phone.store.count(name), name).toBe(0);
  });

  it("does not come back by a new passphrase that was under way", async () => {
    await forget(phone.store, master.worker);
    const under = renew(phone.store, master.worker, PASSPHRASE);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await Promise.all([expect(under).rejects.toThrow(), unreadable(phone.store)]);
    expect(await phone.store.count("workers")).toBe(0);
  });

  it("is not undone by a passphrase that was under way while its key was taken away", async () => {
    const under = open(phone.store, master.worker, PASSPHRASE);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await forget(phone.store, master.worker);
    expect(await under).toEqual({ left: 0 });
    expect((await list(phone.store)).map(({ hasKey }) => hasKey)).toEqual([false]);
  });

  it("is handed over at the next start where the phone was switched off in the middle", async () => {
    const ids = [await kept(), await kept()];
    await unreadable(phone.store);
    const olha = await aWorker(phone.store, "Ольга");
    const hers = await kept(olha);
    expect(await handOverKeyless(phone.store)).toEqual({ moved: 2, left: 0 });
    expect(await waiting()).toEqual(ids.sort());
    expect(await phone.store.getAllKeys("drafts")).toEqual([hers]);
  });

  it("goes with a forgotten passphrase too, that worker's alone", async () => {
    const { good } = await someDamaged();
    const olha = await aWorker(phone.store, "Ольга");
    const hers = await kept(olha);
    await families.keep(phone.store, olha, { version: VERSION, first: "uuid:2", answers: {}, place: 1 }, START);
    await forget(phone.store, master.worker);
    expect(await phone.store.count("shifts")).toBe(0);
    expect((await phone.store.get("workers", master.worker))?.master).toBeNull();
    expect(await waiting()).toEqual(good);
    expect(await drafts.count(phone.store, olha.worker)).toBe(1);
    expect(await phone.store.getKey("drafts", hers)).toBe(hers);
    expect(await families.open(phone.store, olha, VERSION)).toHaveLength(1);
  });

  it("is handed over when a forgotten worker was cut off in the middle and begins anew", async () => {
    const id = await kept();
    const worker = (await phone.store.get("workers", master.worker))!;
    await phone.store.put("workers", { ...worker, master: null });
    await renew(phone.store, master.worker, "нове гасло для Олі");
    expect(await waiting()).toEqual([id]);
  });

  it("goes with an order to wipe, and a damaged draft holds nobody up", async () => {
    const { good } = await someDamaged();
    node.revoked = true;
    expect(await leave(phone, (await node.order()).order)).toBe("gone");
    expect([...node.kept.keys()].sort()).toEqual(good);
    expect(await indexedDB.databases()).toEqual([]);
  });

  it("goes with an order to wipe also where a full phone cannot note the order", async () => {
    const id = await kept();
    node.revoked = true;
    const { order } = await node.order();
    const full: Phone = { ...phone, store: aFull(phone) };
    expect(await leave(full, order)).toBe("gone");
    expect([...node.kept.keys()]).toEqual([id]);
  });
});

/** A phone on which nothing new can be noted about itself. */
function aFull({ store }: Phone): Phone["store"] {
  return new Proxy(store, {
    get: (of, name) => {
      const found = Reflect.get(of, name) as unknown;
      if (name === "put") return () => Promise.reject(new DOMException("full", "QuotaExceededError"));
      return typeof found === "function" ? found.bind(of) : found;
    },
  });
}

describe("one draft that is damaged", () => {
  it("does not keep the others whose minute is over from being sealed", async () => {
    const { good } = await someDamaged({ finishing: START });
    expect(await settle(phone.store, START)).toBe(2);
    expect(await waiting()).toEqual(good);
  });

  it("does not keep the others from going to the centre after 72 hours", async () => {
    const { good } = await someDamaged();
    expect(await handOverOld(phone.store, Infinity)).toBe(2);
    expect(await waiting()).toEqual(good);
  });

  it("loses nothing in the attempt to hand it over", async () => {
    const { bad } = await someDamaged();
    const half = { item: { form_id: "reception", form_version: "1" }, digest: "d" };
    await phone.store.put("draft_bodies", { body: new Uint8Array(1), handover: JSON.stringify(half) }, bad);
    await handOverOld(phone.store, Infinity);
    expect(await phone.store.get("bodies", bad)).toBeUndefined();
    expect(await phone.store.get("draft_bodies", bad)).toBeDefined();
  });
});

describe("damage", () => {
  it("to one family hides no other", async () => {
    await families.keep(phone.store, master, { version: VERSION, first: "uuid:2", answers: { c: "d" }, place: 2 }, START + 1);
    const bad = (await phone.store.get("families", "uuid:1"))!;
    await phone.store.put("families", { ...bad, body: new Uint8Array(40) });
    expect((await families.open(phone.store, master, VERSION)).map(({ first }) => first)).toEqual(["uuid:2"]);
  });

  it("to one worker's name shuts no other out, nor that worker", async () => {
    await aWorker(phone.store, "Ольга");
    const bad = (await phone.store.get("workers", master.worker))!;
    await phone.store.put("workers", { ...bad, label: new Uint8Array(40) });
    expect((await list(phone.store)).map(({ label }) => label).sort()).toEqual(["", "Ольга"]);
    const said = await shifts.open(phone.store, master.worker, "481516", START + 1);
    expect(said).toHaveProperty("master.worker", master.worker);
  }, 20_000);
});

describe("an order to wipe", () => {
  it.each([
    ["for this phone, by its own site", "dodomu/wipe/v1|d1|2026-11-28T10:00:00Z", true],
    ["for another phone", "dodomu/wipe/v1|d2|2026-11-28T10:00:00Z", false],
    ["for every phone", "dodomu/wipe/v1||2026-11-28T10:00:00Z", false],
    ["of no moment", "dodomu/wipe/v1|d1|", false],
    ["with something behind it", "dodomu/wipe/v1|d1|2026-11-28T10:00:00Z|d2", false],
    ["of another kind", "dodomu/receipt/v1|d1|2026-11-28T10:00:00Z", false],
  ] as const)("%s is one: %s, %s", async (_name, order, isOne) => {
    const device = (await deviceOf(phone.store))!;
    const signature = await signed(node.receipt.privateKey, order);
    expect(await isOrdered(device, order, signature)).toBe(isOne);
    expect(await isOrdered(device, `${order} `, signature)).toBe(false);
    expect(await isOrdered(device, order, undefined)).toBe(false);
  });
});

it.each([
  ["no digest", { item: { sealed: { ct: "x" }, attachments: [] } }],
  ["nothing sealed", { digest: "x", item: { sealed: {}, attachments: [] } }],
  ["a file without a name", { digest: "x", item: { sealed: { ct: "x" }, attachments: [{}] } }],
])("a sealed half with %s is not handed over, and the draft stays", async (_name, half) => {
  const id = await kept();
  const body = (await phone.store.get("draft_bodies", id))!;
  await phone.store.put("draft_bodies", { ...body, handover: JSON.stringify(half) }, id);
  await expect(handOver(phone.store, id)).rejects.toThrow(DamagedError);
  expect(await phone.store.get("drafts", id)).toBeDefined();
  expect(await waiting()).toEqual([]);
});
