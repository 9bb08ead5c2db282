// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aNode, problem, type TestNode } from "../testing/node";
import { aPhone, aStore } from "../testing/phones";
import { utf8 } from "../vault/bytes";
import { newSigner, publicText } from "../vault/envelope";
import { deviceOf, openStore } from "../vault/store";
import { backoff, retryAfterMs } from "./backoff";
import { current, type FormsProgress, inHand, PIECE, syncForms } from "./forms";
import { code, enrol, phoneOf, refreshed } from "./phone";

let node: TestNode;

beforeEach(async () => {
  node = await aNode();
});
afterEach(() => node.end());

describe("getting in", () => {
  it.each([
    ["ABCDE-12345", "ABCDE12345"],
    [" abcde 12345 ", "abcde12345"],
    ["https://node.example/field/#code=ABCDE-12345", "ABCDE12345"],
    ["ABCDE", undefined],
    ["", undefined],
  ])("%s is the code %s", (typed, expected) => {
    expect(code(typed)).toBe(expected);
  });

  it("brings the site, its keys and the defaults, and a key that never leaves", async () => {
    const { store } = await aPhone(node);
    const device = (await deviceOf(store))!;
    expect(device).toMatchObject({ site: "chernihiv", defaults: { return_channel: "ngo" }, practice: false });
    expect(device.receiptKey).toBe(await publicText(node.receipt));
    const keys = (await store.get("device", "keys")) as CryptoKeyPair;
    expect(keys.privateKey.extractable).toBe(false);
    await expect(crypto.subtle.exportKey("pkcs8", keys.privateKey)).rejects.toThrow();
  });

  it.each([
    ["a code that is not in force", "ZZZZZ-99999", undefined, "unknown_code"],
    ["no code", "x", undefined, "unknown_code"],
    ["a portal", "ABCDE-12345", { body: "<html>", type: "text/html" }, "no_line"],
    ["too many tries", "ABCDE-12345", problem(429, "too-many-attempts"), "too_many"],
    ["a broken line", "ABCDE-12345", "hang up" as const, "no_line"],
  ])("%s is said", async (_name, typed, said, expected) => {
    const store = await aStore();
    node.fault = () => said;
    const phone = await phoneOf(store, { fetch, now: Date.now, base: node.base });
    expect(await enrol(phone, typed)).toBe(expected);
    expect(await deviceOf(store)).toBeUndefined();
  });

  it("keeps its key when the line breaks, so that a second try is the same phone", async () => {
    const store = await aStore();
    const phone = await phoneOf(store, { fetch, now: Date.now, base: node.base });
    const keys: unknown[] = [];
    node.fault = (_request, body) => {
      keys.push((JSON.parse(new TextDecoder().decode(body)) as { public_key: string }).public_key);
      return keys.length === 1 ? "hang up" : undefined;
    };
    expect(await enrol(phone, "ABCDE-12345")).toBe("no_line");
    expect(await enrol(phone, "ABCDE-12345")).toBe("in");
    expect(keys[0]).toBe(keys[1]);
  });

  it("comes in by the same code where the answer was lost, and no other phone does", async () => {
    const phone = await phoneOf(await aStore(), { fetch, now: Date.now, base: node.base });
    node.lost = () => true;
    expect(await enrol(phone, "ABCDE-12345")).toBe("no_line");
    node.lost = undefined;
    const other = await phoneOf(await openStore("other"), { fetch, now: Date.now, base: node.base });
    expect(await enrol(other, "ABCDE-12345")).toBe("unknown_code");
    expect(await enrol(phone, "abcde 12345".toUpperCase())).toBe("in");
    expect(await refreshed(phone)).toBe("known");
  });

  it("comes in anew with a new code where the node has forgotten it, and trusts no other keys", async () => {
    const { store, ...phone } = await aPhone(node);
    const again = { store, ...phone };
    const before = (await deviceOf(store))!;
    const facts = { ...(await node.facts()), token: "t2", device_id: "d2" };
    const key = await publicText(await newSigner());
    for (const other of [{ site: "kyiv" }, { seal_key: key }, { receipt_key: key }]) {
      node.fault = () => ({ body: JSON.stringify({ ...facts, ...other }) });
      expect(await enrol(again, "ZZZZZ-99999")).toBe("not_taken");
      expect(await deviceOf(store)).toEqual(before);
    }
    node.fault = () => ({ body: JSON.stringify(facts) });
    expect(await enrol(again, "ZZZZZ-99999")).toBe("in");
    expect(await deviceOf(store)).toEqual({ ...before, id: "d2", token: "t2" });
  });

  it("with a wrong clock the code is not lost, and the clock is healed at once", async () => {
    node.aheadMs = 3 * 60 * 60_000;
    const { store } = await aPhone(node, { ms: Date.now() });
    expect(Math.abs(((await store.get("device", "offset")) as number) - node.aheadMs)).toBeLessThan(60_000);
    expect(node.calls).toHaveLength(2);
  });
});

describe("asking anew", () => {
  it("heals a clock that is wrong, and remembers by how much", async () => {
    const phone = await aPhone(node, { ms: Date.now() });
    node.aheadMs = 3 * 60 * 60_000;
    node.calls.length = 0;
    expect(await refreshed(phone)).toBe("known");
    expect(node.calls).toHaveLength(2);
    expect(await refreshed(phone)).toBe("known");
    expect(node.calls).toHaveLength(3);
    const again = await phoneOf(phone.store, { fetch, now: phone.now, base: node.base });
    expect(Math.abs(again.offset - node.aheadMs)).toBeLessThan(60_000);
  });

  it("takes other sites' keys only as the own site has signed them", async () => {
    const phone = await aPhone(node);
    const key = await publicText(await newSigner());
    node.sites = { zhytomyr: key };
    await refreshed(phone);
    expect((await deviceOf(phone.store))!.sites).toEqual({ zhytomyr: key });
    const honest = await node.facts();
    const forged = { ...honest, sites: { zhytomyr: key, lviv: key } };
    node.fault = () => ({ body: JSON.stringify(forged) });
    await refreshed(phone);
    expect((await deviceOf(phone.store))!.sites).toEqual({ zhytomyr: key });
  });

  it("never changes the keys that were pinned", async () => {
    const phone = await aPhone(node);
    const before = (await deviceOf(phone.store))!;
    const other = await publicText(await newSigner());
    const facts = { ...(await node.facts()), seal_key: other, receipt_key: other, site: "elsewhere" };
    node.fault = () => ({ body: JSON.stringify(facts) });
    await refreshed(phone);
    expect(await deviceOf(phone.store)).toMatchObject({
      sealKey: before.sealKey,
      receiptKey: before.receiptKey,
      site: before.site,
    });
  });

  it("is told of an order to wipe only by its own site", async () => {
    const phone = await aPhone(node);
    node.revoked = true;
    const { order } = await node.order();
    expect(await refreshed(phone)).toEqual({ wipe: order });
    node.fault = () => problem(401, "revoked", { wipe_order: order.replace("d1", "d2"), wipe_sig: "AAAA" });
    expect(await refreshed(phone)).toBe("not_known");
  });
});

const XML = utf8("<h:html>анкета</h:html>");
const PLACES = crypto.getRandomValues(new Uint8Array(60_000));
const TWICE = new Uint8Array([...PLACES, ...crypto.getRandomValues(new Uint8Array(40_000))]);

function published(version = "1", media = TWICE): void {
  const at = `/api/v1/forms/reception/${version}`;
  node.media.set(`${at}.xml`, { content: XML, md5: `aa${version}` });
  node.media.set(`${at}/media/places.csv`, { content: media, md5: `bb${media.length}` });
  const places = { name: "places.csv", hash: `md5:bb${media.length}`, url: `${at}/media/places.csv` };
  const title = { uk: "Прийом", en: "Reception" };
  node.forms = [
    { form_id: "reception", version, title, hash: `md5:aa${version}`, xform_url: `${at}.xml`, media: [places] },
  ];
}

describe("forms", () => {
  it("come with their files, and say how far they are", async () => {
    const phone = await aPhone(node);
    published();
    const told: FormsProgress[] = [];
    expect(await syncForms(phone, (progress) => told.push(progress))).toBe("new");
    expect(await current(phone.store)).toMatchObject([{ formId: "reception", version: "1" }]);
    expect(await phone.store.get("media", `md5:bb${TWICE.length}`)).toEqual(TWICE);
    expect(told.map(({ bytes }) => bytes)).toEqual(expect.arrayContaining([0, PIECE, 2 * PIECE]));
    expect(told.at(-1)).toMatchObject({ here: 1, all: 1 });
    expect(await phone.store.count("pieces")).toBe(0);
  });

  it("go on where the line broke", async () => {
    const phone = await aPhone(node);
    published();
    node.fault = ({ url }) => (url?.includes(`from=${PIECE}`) ? "hang up" : undefined);
    expect(await syncForms(phone)).toBe("no_line");
    expect(await current(phone.store)).toEqual([]);
    node.fault = undefined;
    node.calls.length = 0;
    expect(await syncForms(phone)).toBe("new");
    expect(node.calls.filter((call) => call.includes("from=0&") && call.includes("csv"))).toEqual([]);
  });

  it("of a portal are none", async () => {
    const phone = await aPhone(node);
    published();
    node.fault = ({ url }) => (url?.includes("csv") ? { body: new Uint8Array(9), type: "application/gzip" } : undefined);
    expect(await syncForms(phone)).toBe("no_line");
    expect(await phone.store.count("media")).toBe(0);
  });

  it("of an older version stay as long as a draft needs them", async () => {
    const phone = await aPhone(node);
    published();
    await syncForms(phone);
    const draft = { id: "d", worker: "w", form: "reception 1", changed: 1, key: XML, meta: XML };
    await phone.store.put("drafts", draft);
    published("2", PLACES);
    await syncForms(phone);
    expect((await current(phone.store)).map(({ version }) => version)).toEqual(["2"]);
    expect(await phone.store.get("forms", ["reception", "1"])).toMatchObject({ isCurrent: false });
    expect(await phone.store.get("media", `md5:bb${TWICE.length}`)).toBeDefined();
    await phone.store.delete("drafts", "d");
    published("3", PLACES);
    await syncForms(phone);
    expect(await phone.store.getAllKeys("forms")).toEqual([["reception", "3"]]);
    expect(await phone.store.getAllKeys("media")).toEqual([`md5:bb${PLACES.length}`]);
  });

  it("stay while somebody has them in hand, though nothing is answered yet", async () => {
    const phone = await aPhone(node);
    published();
    await syncForms(phone);
    expect(await inHand(phone.store, "reception")).toMatchObject({ version: "1" });
    for (const version of ["2", "3"]) {
      published(version, PLACES);
      await syncForms(phone);
    }
    expect(await phone.store.getAllKeys("forms")).toEqual([["reception", "1"], ["reception", "3"]]);
    expect(await phone.store.get("media", `md5:bb${TWICE.length}`)).toBeDefined();

    expect(await inHand(phone.store, "reception")).toMatchObject({ version: "3" });
    expect(await inHand(phone.store, "tracing_request")).toBeUndefined();
    await syncForms(phone);
    published("4", PLACES);
    await syncForms(phone);
    expect(await phone.store.getAllKeys("forms")).toEqual([["reception", "3"], ["reception", "4"]]);
  });
});

describe("waiting", () => {
  it("doubles up to a quarter of an hour, half of it by chance", () => {
    expect([1, 2, 3].map((failures) => backoff(failures, 1))).toEqual([5_000, 10_000, 20_000]);
    expect(backoff(1, 0)).toBe(2_500);
    expect(backoff(99, 1)).toBe(900_000);
  });

  it.each([
    ["5", 5_000],
    ["Thu, 01 Jan 1970 00:00:09 GMT", 9_000],
    ["Thu, 01 Jan 1970 00:00:00 GMT", 0],
    ["99999999", 86_400_000],
    ["soon", undefined],
    [null, undefined],
  ])("Retry-After %s is %s ms", (header, expected) => {
    expect(retryAfterMs(header, 0)).toBe(expected);
  });
});
