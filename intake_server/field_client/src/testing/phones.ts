/** Phones for tests: each with a store of its own, and things filled in on them. */
import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import type { Filled } from "../contracts";
import { enrol, type Phone, phoneOf } from "../net/phone";
import * as drafts from "../vault/drafts";
import { type Handed, handOver, handOverKeyless } from "../vault/handing";
import { deviceOf, openStore, type Store } from "../vault/store";
import { unreadable } from "../vault/wiping";
import { create, type Master } from "../vault/workers";
import type { TestNode } from "./node";

export const FORM = "reception";
export const VERSION = "2026112201";
export const META = {
  formId: FORM,
  version: VERSION,
  title: { uk: "Прийом", en: "Reception" },
  started: 1_000,
};
export const PASSPHRASE = "яблуко місток зірка човен";
export const START = Date.parse("2026-11-28T10:00:00Z");

export interface Clock {
  ms: number;
}

export async function aStore(): Promise<Store> {
  globalThis.indexedDB = new IDBFactory();
  return openStore();
}

/** A phone that was let in at a node. */
export async function aPhone(node: TestNode, clock: Clock = { ms: Date.now() }): Promise<Phone> {
  const store = await aStore();
  const phone = await phoneOf(store, { fetch, now: () => clock.ms, base: node.base });
  const said = await enrol(phone, "ABCDE-12345");
  if (said !== "in") throw new Error(said);
  return phone;
}

export function aWorker(store: Store, label = "Оля"): Promise<Master> {
  return create(store, label, PASSPHRASE, START);
}

let last = 0;

export function filled(says = "Марічка", photos: readonly Blob[] = []): Filled {
  last += 1;
  return {
    instanceId: `uuid:00000000-0000-4000-8000-${String(last).padStart(12, "0")}`,
    formId: FORM,
    version: VERSION,
    xml: `<data id="reception"><name_called>${says}</name_called></data>`,
    attachments: photos.map((blob, at) => ({ name: `photo-${at}.jpg`, type: "image/jpeg", blob })),
  };
}

/** Fill in a form, finish it and let the minute pass: it waits for a line. */
export async function finished(phone: Phone, master: Master, form: Filled): Promise<string> {
  const device = await deviceOf(phone.store);
  if (!device) throw new Error("the phone was not let in");
  const draft = await drafts.begun(master, form.instanceId, META);
  const now = phone.now();
  await drafts.save(phone.store, device, draft, form, { now, finalized: now, finishing: now });
  await handOver(phone.store, form.instanceId);
  return form.instanceId;
}

/** All that lies in a store, as one text: keys, values, and bytes in every reading. */
export async function everything(store: Store): Promise<string> {
  const parts: string[] = [];
  const read = (value: unknown): void => {
    if (value instanceof Uint8Array || value instanceof ArrayBuffer) {
      const bytes = Buffer.from(value as Uint8Array);
      parts.push(bytes.toString("utf8"), bytes.toString("utf16le"), bytes.toString("latin1"));
    } else if (value && typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) {
        parts.push(key);
        read(inner);
      }
    } else parts.push(String(value));
  };
  for (const name of store.objectStoreNames) {
    for (const key of await store.getAllKeys(name)) read(key);
    for (const value of await store.getAll(name)) read(value);
  }
  return parts.join("\n");
}

/** Do in one go what the application does in need: the keys go, and each draft is moved. */
export async function panic(store: Store): Promise<Handed> {
  await unreadable(store);
  return handOverKeyless(store);
}
