// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Phone } from "../net/phone";
import { phoneOf } from "../net/phone";
import { aNode, problem, type Said, type TestNode } from "../testing/node";
import { aPhone, aWorker, type Clock, filled, finished } from "../testing/phones";
import { fromBase64, sha256Hex } from "../vault/bytes";
import { openedFile } from "../vault/cipher";
import { newSigner, publicText } from "../vault/envelope";
import { handOver } from "../vault/handing";
import { deviceOf } from "../vault/store";
import type { Master } from "../vault/workers";
import { happened, type Item, KEPT_MS, othersNotReceived, page, waiting } from "./items";
import { rounds } from "./sender";
import { fitting } from "./sending";

let node: TestNode;
let phone: Phone;
let master: Master;
let clock: Clock;

beforeEach(async () => {
  node = await aNode();
  clock = { ms: Date.now() };
  phone = await aPhone(node, clock);
  master = await aWorker(phone.store);
  node.calls.length = 0;
});

afterEach(() => node.end());

const PHOTO = new Blob([Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7) % 256)], { type: "image/jpeg" });
const one = (id: string): Promise<Item | undefined> => phone.store.get("items", id);
const posts = (): number => node.calls.filter((call) => call === "POST /api/v1/submissions").length;

describe("on a good line", () => {
  it("what is to wait a little is tried when its time has come", async () => {
    const form = filled("Олена");
    await finished(phone, master, form);
    await happened(phone.store, form.instanceId, "taken", clock.ms);
    await happened(phone.store, form.instanceId, "interrupted", clock.ms, { nextAt: clock.ms + 8_000 });

    expect(await rounds(phone, false)).toEqual({ kind: "empty", waitMs: 8_000 });

    clock.ms += 8_000;
    expect(await rounds(phone, false)).toEqual({ kind: "empty" });
    expect(await one(form.instanceId)).toMatchObject({ state: "received" });
  });

  it("everything arrives once, opened by the site, and nothing stays but the list", async () => {
    const forms = [filled("Олена", [PHOTO]), filled("Данило"), filled("Софія")];
    for (const form of forms) await finished(phone, master, form);
    expect(await rounds(phone, false)).toEqual({ kind: "empty" });
    for (const form of forms) {
      const { opened } = node.kept.get(form.instanceId)!;
      expect(opened).toMatchObject({ xml: form.xml, state: "finished", worker: "Оля" });
      expect(await one(form.instanceId)).toMatchObject({ state: "received", reference: "K7M2Q4XW" });
    }
    const [photo] = node.kept.get(forms[0]!.instanceId)!.opened.attachments;
    const plain = await openedFile(fromBase64(photo!.key), node.blobs.get(photo!.sealed)!);
    expect(plain).toEqual(new Uint8Array(await PHOTO.arrayBuffer()));
    expect(photo).toMatchObject({ name: "photo-0.jpg", type: "image/jpeg", sha256: await sha256Hex(plain) });
    expect(await phone.store.count("bodies")).toBe(0);
    expect(await phone.store.count("files")).toBe(0);
  });

  it("forms go before photos, many in one batch", async () => {
    for (let at = 0; at < 20; at += 1) await finished(phone, master, filled("a", at < 2 ? [PHOTO] : []));
    await rounds(phone, false);
    const firstPhoto = node.calls.findIndex((call) => call.includes("/blobs/"));
    expect(node.calls.slice(0, firstPhoto)).toEqual(["POST /api/v1/submissions"]);
    expect(node.kept.size).toBe(20);
  });

  it("what is set aside there needs nothing more here", async () => {
    const form = filled();
    node.quarantines.add(form.instanceId);
    await finished(phone, master, form);
    await rounds(phone, false);
    expect(await one(form.instanceId)).toMatchObject({ state: "looked_at" });
    expect(await phone.store.count("bodies")).toBe(0);
  });

  it("a form whose photo is never taken has its reference, and asks once a day", async () => {
    const form = filled("Олена", [PHOTO]);
    node.leavesOut.add(form.instanceId);
    await finished(phone, master, form);
    await rounds(phone, false);
    const found = await one(form.instanceId);
    expect(found).toMatchObject({ state: "not_received", reason: "files", reference: "K7M2Q4XW" });
    expect(await phone.store.count("files")).toBe(1);
    expect(posts()).toBe(1);

    clock.ms += 23 * 60 * 60_000;
    await rounds(phone, false);
    expect(posts()).toBe(1);
    node.leavesOut.clear();
    clock.ms += 60 * 60_000;
    await rounds(phone, false);
    expect(await one(form.instanceId)).toMatchObject({ state: "received" });
    expect(await phone.store.count("files")).toBe(0);
  });

  it("the list is kept 30 days, what was not received for ever", async () => {
    const received = await finished(phone, master, filled());
    await rounds(phone, false);
    const lost = await finished(phone, master, filled());
    node.fault = (request) => (request.url === "/api/v1/submissions" ? problem(422, "invalid") : undefined);
    await rounds(phone, false);
    clock.ms += KEPT_MS;
    await rounds(phone, false);
    expect(await one(received)).toBeUndefined();
    expect(await one(lost)).toMatchObject({ state: "not_received", reason: "refused" });
    expect((await othersNotReceived(phone.store, "somebody else")).map(({ id }) => id)).toEqual([lost]);
    expect(await othersNotReceived(phone.store, master.worker)).toEqual([]);
  });
});

const HTML = "<!doctype html><title>Wi-Fi</title>";
const FORGED = async (): Promise<Said> => ({ body: JSON.stringify({ receipts: [{ status: "stored" }] }) });

describe("nothing is taken for an answer that is none", () => {
  const portals: readonly (readonly [string, Said])[] = [
    ["a page", { body: HTML, type: "text/html" }],
    ["a page that says it is JSON", { body: HTML }],
    ["a redirect", { status: 302, headers: { Location: "http://127.0.0.1:9/" }, body: "" }],
    ["a refusal with a page", { status: 403, body: HTML, type: "text/html" }],
    ["511", { status: 511, body: HTML, type: "text/html" }],
    ["no receipts", { body: "{}" }],
    ["too few receipts", { body: '{"receipts":[]}' }],
    ["plain text", { body: "OK", type: "text/plain" }],
    ["nothing", { status: 204, body: "" }],
  ];
  it.each(portals)("%s is no line", async (_name, said) => {
    const id = await finished(phone, master, filled());
    node.fault = () => said;
    expect(await rounds(phone, false)).toEqual({ kind: "no_line", why: "portal" });
    expect(await one(id)).toMatchObject({ state: "ready" });
    node.fault = undefined;
    await rounds(phone, false);
    expect(await one(id)).toMatchObject({ state: "received" });
  });

  it("a receipt that nobody signed is kept and said, and tried again", async () => {
    const id = await finished(phone, master, filled("a", [PHOTO]));
    const forged = await FORGED();
    node.fault = () => forged;
    await rounds(phone, false);
    expect(await one(id)).toMatchObject({ state: "not_received", reason: "forged" });
    expect(await phone.store.count("bodies")).toBe(1);
    expect(await phone.store.count("files")).toBe(1);
    node.fault = undefined;
    await rounds(phone, false);
    expect(await one(id)).toMatchObject({ state: "not_received" });
    await rounds(phone, true);
    expect(await one(id)).toMatchObject({ state: "received" });
  });

  type Receipt = Record<string, unknown>;
  const changes: readonly (readonly [string, (receipt: Receipt) => Receipt])[] = [
    ["another form", (said) => ({ ...said, instance_id: "uuid:other" })],
    ["other content", (said) => ({ ...said, sha256: "0".repeat(64) })],
    ["another reference", (said) => ({ ...said, reference: "AAAAAAAA" })],
    ["another state", (said) => ({ ...said, status: "duplicate" })],
    ["no missing photo", (said) => ({ ...said, missing: [] })],
    ["another node", (said) => ({ ...said, by: "unheard-of" })],
    ["a name that every object has", (said) => ({ ...said, by: "constructor" })],
    ["no signature", ({ sig: _sig, ...said }) => said],
  ];
  it.each(changes)("nor a receipt with %s", async (_name, change) => {
    const id = await finished(phone, master, filled("a", [PHOTO]));
    const honest = node as unknown as { taken(item: unknown): Promise<Receipt> };
    const taken = honest.taken.bind(node);
    honest.taken = async (item) => change(await taken(item));
    await rounds(phone, false);
    expect(await one(id)).toMatchObject({ state: "not_received", reason: "forged" });
    expect(await phone.store.count("bodies")).toBe(1);
  });

  it("nor one by a node whose key the own site has not signed", async () => {
    const other = await newSigner();
    node.sites = { zhytomyr: await publicText(other) };
    await phone.store.put("device", { ...(await deviceOf(phone.store))!, sites: node.sites }, "device");
    const id = await finished(phone, master, filled());
    const honest = node as unknown as { receipt: CryptoKeyPair; site: string };
    honest.site = "zhytomyr";
    await rounds(phone, false);
    expect(await one(id)).toMatchObject({ reason: "forged" });
    honest.receipt = other;
    await rounds(phone, true);
    expect(await one(id)).toMatchObject({ state: "received" });
  });
});

describe("when the line breaks", () => {
  it("what arrived but was not confirmed is sent again as it was, and counts once", async () => {
    const id = await finished(phone, master, filled("a", [PHOTO]));
    let lost = 0;
    node.lost = () => (lost += 1) % 2 === 1;
    for (let turn = 0; turn < 20; turn += 1) await rounds(phone, false);
    expect(await one(id)).toMatchObject({ state: "received" });
    expect([...node.kept.keys()]).toEqual([id]);
    expect(node.kept.get(id)!.times).toBeGreaterThan(1);
  });

  it("a photo goes on where it stopped", async () => {
    await finished(phone, master, filled("a", [PHOTO]));
    let parts = 0;
    node.fault = ({ method }) => (method === "PATCH" && (parts += 1) === 2 ? "hang up" : undefined);
    expect(await rounds(phone, false)).toMatchObject({ kind: "no_line" });
    const [half] = [...node.blobs.values()].map(({ length }) => length);
    expect(half).toBeGreaterThan(0);
    const sent: number[] = [];
    node.fault = (request, body) => void (request.method === "PATCH" && sent.push(body.length));
    await rounds(phone, false);
    expect(sent.reduce((sum, each) => sum + each, 0) + half!).toBe(300_000 + 5 * 16);
    expect((await waiting(phone.store)).count).toBe(0);
  });

  it.each(["taken", "answered"])("a phone that died when a form was %s sends it once more", async (when) => {
    const id = await finished(phone, master, filled());
    if (when === "taken") await happened(phone.store, id, "taken", clock.ms);
    else {
      node.lost = () => true;
      await rounds(phone, false);
      node.lost = undefined;
      await phone.store.put("items", { ...(await one(id))!, state: "sending" });
    }
    const again = await phoneOf(phone.store, { fetch, now: () => clock.ms, base: node.base });
    await rounds(again, false);
    expect(await one(id)).toMatchObject({ state: "received" });
    expect(node.kept.size).toBe(1);
  });

  const waits: readonly (readonly [string, Said, number | undefined])[] = [
    ["429", { ...problem(429, "busy"), headers: { "Retry-After": "40" } }, 40_000],
    ["503", { ...problem(503, "busy"), headers: { "Retry-After": "7" } }, 7_000],
    ["507", problem(507, "storage-full"), undefined],
    ["502 of a proxy", { status: 502, body: HTML, type: "text/html" }, undefined],
  ];
  it.each(waits)("%s is waited for", async (_name, said, waitMs) => {
    const id = await finished(phone, master, filled());
    node.fault = () => said;
    const outcome = await rounds(phone, false);
    expect(outcome).toMatchObject({ kind: "no_line", why: "busy", ...(waitMs ? { waitMs } : {}) });
    expect(await one(id)).toMatchObject({ state: "ready" });
  });
});

describe("what a node does not take", () => {
  it("holds up none of the others", async () => {
    const [bad, good] = [filled(), filled()];
    for (const form of [bad, good]) await finished(phone, master, form);
    const { gunzipSync } = await import("node:zlib");
    node.fault = (_request, body) =>
      body[0] === 0x1f && gunzipSync(body).toString().includes(bad.instanceId) ? problem(413, "too-large") : undefined;
    await rounds(phone, false);
    expect(await one(bad.instanceId)).toMatchObject({ state: "not_received", reason: "too_large" });
    expect(await one(good.instanceId)).toMatchObject({ state: "received" });
  });

  it("is tried again after an hour by itself", async () => {
    const id = await finished(phone, master, filled());
    node.fault = () => problem(409, "not-practised");
    await rounds(phone, false);
    expect(await one(id)).toMatchObject({ reason: "practice" });
    node.fault = undefined;
    clock.ms += 61 * 60_000;
    await rounds(phone, false);
    const item = await one(id);
    expect(item).toMatchObject({ state: "received" });
    expect(item).not.toHaveProperty("reason");
  });

  it("a phone that nobody knows asks once, not once a form", async () => {
    for (let at = 0; at < 5; at += 1) await finished(phone, master, filled());
    node.fault = () => problem(401, "unauthenticated");
    expect(await rounds(phone, false)).toEqual({ kind: "not_known" });
    expect(posts()).toBe(2);
    expect((await waiting(phone.store)).notReceived).toBe(5);
  });
});

describe("at another site's node", () => {
  it("the pass is shown, and the proof with it", async () => {
    const id = await finished(phone, master, filled());
    const secrets: string[] = [];
    node.fault = (request) => {
      secrets.push(String(request.headers.authorization).split(" ")[0]!);
      return secrets.at(-1) === "Bearer" ? problem(401, "unauthenticated") : undefined;
    };
    await rounds(phone, false);
    expect(secrets).toEqual(["Bearer", "Pass"]);
    expect(await one(id)).toMatchObject({ state: "received" });
  });

  it("photos wait for the own node, and go there at once when somebody asks", async () => {
    const id = await finished(phone, master, filled("a", [PHOTO]));
    node.fault = (request) => (request.url?.includes("/blobs/") ? problem(404, "not-found") : undefined);
    expect(await rounds(phone, false)).toMatchObject({ kind: "empty" });
    expect(await one(id)).toMatchObject({ state: "ready" });
    expect(await phone.store.count("files")).toBe(1);
    node.fault = undefined;
    expect(await rounds(phone, false)).toMatchObject({ kind: "empty" });
    expect(await phone.store.count("files")).toBe(1);
    await rounds(phone, true);
    expect(await one(id)).toMatchObject({ state: "received" });
    expect(await phone.store.count("files")).toBe(0);
  });
});

describe("the list", () => {
  it("says how many wait and since when, and shows each worker's own, newest first", async () => {
    const other = await aWorker(phone.store, "Ігор");
    const since = clock.ms;
    const first = await finished(phone, master, filled());
    clock.ms += 1_000;
    const second = await finished(phone, master, filled());
    await finished(phone, other, filled());
    expect(await waiting(phone.store)).toEqual({ count: 3, since, notReceived: 0 });
    expect((await page(phone.store, master.worker, 9)).map(({ id }) => id)).toEqual([second, first]);
  });

  it("what is handed over is the worker's own too", async () => {
    const form = filled();
    await finished(phone, master, form);
    expect(await handOver(phone.store, form.instanceId)).toBe(false);
    expect((await page(phone.store, master.worker, 9)).map(({ id }) => id)).toEqual([form.instanceId]);
  });

  it("a batch holds what fits, and at least one", () => {
    const items = [5, 5, 5].map((bytes) => ({ bytes }) as Item);
    expect([4, 10, 12, 99].map((most) => fitting(items, most).length)).toEqual([1, 1, 2, 3]);
  });
});
