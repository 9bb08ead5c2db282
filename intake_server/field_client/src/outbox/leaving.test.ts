// @vitest-environment node
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Phone } from "../net/phone";
import { aNode, problem, type Said, type TestNode } from "../testing/node";
import { aPhone, aWorker, type Clock, filled, finished } from "../testing/phones";
import { type Bytes, toBase64 } from "../vault/bytes";
import * as drafts from "../vault/drafts";
import { deviceOf } from "../vault/store";
import type { Master } from "../vault/workers";
import type { Item } from "./items";
import { leave } from "./leaving";
import { rounds } from "./sender";
import { SUBMISSIONS } from "./sending";

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

const DAY_MS = 24 * 60 * 60_000;
const LIE: Said = { body: JSON.stringify({ receipts: [{ status: "stored" }] }) };
const PHOTO = new Blob([Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7) % 256)], { type: "image/jpeg" });
const one = (id: string): Promise<Item | undefined> => phone.store.get("items", id);
const gunzipped = (body: Bytes): string => (body[0] === 0x1f ? gunzipSync(body).toString() : "");

async function refusedFor(days: number, order: string): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    expect(await leave(phone, order)).toBe("refused");
    clock.ms += DAY_MS;
  }
}

describe("an order to wipe", () => {
  it("hands in what waits and what was begun, then leaves nothing", async () => {
    const waits = await finished(phone, master, filled());
    const form = filled();
    const draft = await drafts.begun(master, form.instanceId, {
      formId: form.formId,
      version: form.version,
      title: { uk: "", en: "" },
      started: 0,
    });
    await drafts.save(phone.store, (await deviceOf(phone.store))!, draft, form, { now: 1, finalized: 1 });
    node.revoked = true;
    const outcome = await rounds(phone, false);
    expect(outcome.kind).toBe("wipe");
    expect(await leave(phone, (outcome as { order: string }).order)).toBe("gone");
    expect([...node.kept.keys()].sort()).toEqual([waits, form.instanceId].sort());
    expect(node.kept.get(form.instanceId)!.opened.state).toBe("unfinished");
    expect(node.calls.at(-1)).toBe("POST /api/v1/devices/me/wiped");
    expect(await indexedDB.databases()).toEqual([]);
  });

  it("hands in also what was not received before, and what waits for its hour", async () => {
    const refused = await finished(phone, master, filled());
    node.fault = () => ({ body: JSON.stringify({ receipts: [{ status: "stored" }] }) });
    await rounds(phone, false);
    const away = await finished(phone, master, filled("a", [PHOTO]));
    node.fault = (request) => (request.url?.includes("/blobs/") ? problem(404, "not-found") : undefined);
    await rounds(phone, false);
    node.fault = undefined;
    expect(await one(refused)).toMatchObject({ state: "not_received" });
    node.revoked = true;
    expect(await leave(phone, (await node.order()).order)).toBe("gone");
    expect([...node.kept.keys()].sort()).toEqual([refused, away].sort());
    expect(node.blobs.size).toBe(1);
  });

  it("waits where somebody on the line lies about what was handed in", async () => {
    const id = await finished(phone, master, filled());
    node.revoked = true;
    const { order } = await node.order();
    node.fault = () => ({ body: JSON.stringify({ receipts: [{ status: "stored" }] }) });
    expect(await leave(phone, order)).toBe("refused");
    expect(await phone.store.count("bodies")).toBe(1);
    node.fault = undefined;
    expect(await leave(phone, order)).toBe("gone");
    expect([...node.kept.keys()]).toEqual([id]);
  });

  it("that the own site has not signed is no order", async () => {
    await finished(phone, master, filled());
    const { order } = await node.order();
    const sig = toBase64(new Uint8Array(64));
    node.fault = () => problem(401, "revoked", { wipe_order: order, wipe_sig: sig });
    expect(await rounds(phone, false)).toEqual({ kind: "not_known" });
    expect(await phone.store.count("bodies")).toBe(1);
  });

  it.each([
    ["that knows nobody", () => problem(401, "unauthenticated")],
    ["that takes nothing so large", () => problem(413, "too-large")],
    ["that takes nothing like it", () => problem(422, "invalid")],
    ["in whose name somebody lies", () => LIE],
  ])("a node %s is waited for thirty days, and then nothing is left", async (_name, said) => {
    await finished(phone, master, filled());
    const { order } = await node.order();
    node.fault = ({ url }) => (url === SUBMISSIONS ? said() : undefined);
    for (let day = 0; day < 30; day += 1) {
      expect(await leave(phone, order)).toBe("refused");
      expect(await leave(phone, order)).toBe("refused");
      expect(await phone.store.count("bodies")).toBe(1);
      clock.ms += DAY_MS;
    }
    expect(node.calls).not.toContain("POST /api/v1/devices/me/wiped");
    expect(await leave(phone, order)).toBe("gone");
    expect(node.calls.at(-1)).toBe("POST /api/v1/devices/me/wiped");
    expect(await indexedDB.databases()).toEqual([]);
  });

  it("a name in the list of which no bytes are left holds nobody up", async () => {
    const id = await finished(phone, master, filled());
    await phone.store.delete("bodies", id);
    node.revoked = true;
    expect(await leave(phone, (await node.order()).order)).toBe("gone");
  });

  it("what a node takes after weeks arrives, whatever it said before", async () => {
    const id = await finished(phone, master, filled());
    const { order } = await node.order();
    node.fault = () => problem(401, "unauthenticated");
    for (let day = 0; day < 29; day += 1) {
      await leave(phone, order);
      clock.ms += DAY_MS;
    }
    node.fault = undefined;
    node.revoked = true;
    expect(await leave(phone, order)).toBe("gone");
    expect([...node.kept.keys()]).toEqual([id]);
  });

  it.each([
    ["a clock that jumps on for years", 400 * DAY_MS],
    ["a clock that falls back for years", -400 * DAY_MS],
    ["months in a drawer", 90 * DAY_MS],
  ])("%s is one day of the thirty", async (_name, jump) => {
    await finished(phone, master, filled());
    const { order } = await node.order();
    node.fault = () => problem(401, "unauthenticated");
    expect(await leave(phone, order)).toBe("refused");
    clock.ms += jump;
    await refusedFor(29, order);
    expect(await phone.store.count("bodies")).toBe(1);
    expect(await leave(phone, order)).toBe("gone");
  });

  it("the days begin anew when a node takes something", async () => {
    const stays = await finished(phone, master, filled());
    const { order } = await node.order();
    node.fault = () => problem(401, "unauthenticated");
    await refusedFor(29, order);
    await finished(phone, master, filled());
    node.fault = (_request, body) => (gunzipped(body).includes(stays) ? problem(413, "too-large") : undefined);
    expect(await leave(phone, order)).toBe("refused");
    await refusedFor(29, order);
    expect(await phone.store.count("bodies")).toBe(1);
  });

  it.each([
    ["no line", () => "hang up" as const],
    ["a portal", () => ({ type: "text/html", body: "<h1>Wi-Fi</h1>" })],
    ["a proxy before a node that is down", () => ({ status: 502, type: "text/html", body: "" })],
    ["a node that is busy", () => problem(503, "busy")],
  ])("%s is waited for without end", async (_name, said) => {
    const id = await finished(phone, master, filled());
    const { order } = await node.order();
    node.fault = said;
    for (let day = 0; day < 60; day += 1) {
      expect(await leave(phone, order)).toBe("no_line");
      clock.ms += DAY_MS;
    }
    node.fault = undefined;
    expect(await leave(phone, order)).toBe("gone");
    expect([...node.kept.keys()]).toEqual([id]);
  });

  it("what can be read is gone at once, whatever becomes of what is sealed", async () => {
    await finished(phone, master, filled());
    node.fault = () => problem(401, "unauthenticated");
    await leave(phone, (await node.order()).order);
    for (const name of ["drafts", "draft_bodies", "workers", "shifts", "families"] as const) {
      expect(await phone.store.count(name), name).toBe(0);
    }
  });
});
