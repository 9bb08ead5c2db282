// @vitest-environment node
import { beforeEach, expect, it } from "vitest";
import { correct } from "../outbox/correcting";
import type { Item } from "../outbox/items";
import { aStore, aWorker, everything, panic } from "../testing/phones";
import { begun, drop, dropOld, type Entry, keep } from "./corrections";
import { newSigner, publicText } from "./envelope";
import type { Device, Store } from "./store";
import { forget, type Master } from "./workers";

const FORM = "uuid:1";
const TYPED: Entry[] = [{ field: "name_called", old: "Соломія", new: "Дзвінка", why: "" }];

let store: Store;
let master: Master;

beforeEach(async () => {
  store = await aStore();
  master = await aWorker(store);
  await keep(store, master, FORM, TYPED);
});

it("a correction that was begun comes back after the application was closed, and nobody else reads it", async () => {
  expect(await begun(store, master, FORM)).toEqual(TYPED);
  expect(await begun(store, await aWorker(store, "Ігор"), FORM)).toEqual([]);
  const all = await everything(store);
  for (const planted of ["Соломія", "Дзвінка", "name_called"]) expect(all).not.toContain(planted);
});

it("in which nothing is typed any more is none", async () => {
  await keep(store, master, FORM, [{ field: "", old: "", new: "", why: "" }]);
  expect(await store.count("corrections")).toBe(0);
});

it.each([
  ["it is dropped", () => drop(store, FORM)],
  ["its worker's passphrase is forgotten", () => forget(store, master.worker)],
  ["everything is taken away", () => panic(store)],
  ["the form that it corrects is in the list no more", () => dropOld(store)],
])("goes when %s", async (_when, goes) => {
  await goes();
  expect(await store.count("corrections")).toBe(0);
});

it("stays as long as the form stands in the list, whoever else is forgotten", async () => {
  await store.put("items", { id: FORM, worker: master.worker, state: "received", finalized: 1 } as Item);
  await dropOld(store);
  await forget(store, (await aWorker(store, "Ігор")).worker);
  expect(await begun(store, master, FORM)).toEqual(TYPED);
});

it("that is damaged is none", async () => {
  await store.put("corrections", { id: FORM, worker: master.worker, body: new Uint8Array(40) });
  expect(await begun(store, master, FORM)).toEqual([]);
});

it("is begun no longer once it is sealed", async () => {
  const sealKey = await publicText(await newSigner());
  const device = { id: "d", site: "dovzhyk", sealKey } as Device;
  const of = { id: FORM, formId: "reception", version: "1", title: { uk: "", en: "" } } as Item;
  await correct(store, device, master, of, [{ ...TYPED[0]!, why: "почула не так" }], 1);
  expect(await store.count("corrections")).toBe(0);
  expect(await store.count("bodies")).toBe(1);
});
