// @vitest-environment node
/** A phone with something wrong on it still starts, sends, and takes away what can be read. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import "vue";
import type * as Application from "./application";
import { aNode, type TestNode } from "../testing/node";
import { aPhone, aWorker, filled, finished, META } from "../testing/phones";
import type { Phone } from "../net/phone";
import * as drafts from "../vault/drafts";
import * as shifts from "../vault/shifts";
import { deviceOf } from "../vault/store";
import type { Master } from "../vault/workers";

let node: TestNode;
let phone: Phone;
let master: Master;
let application: typeof Application;
let stolen: ((reason: unknown) => void)[];
let timers: ReturnType<typeof setInterval>[];

const { fetch: over, setInterval: each } = globalThis;

beforeEach(async () => {
  node = await aNode();
  phone = await aPhone(node);
  master = await aWorker(phone.store);
  node.calls.length = 0;
  stolen = [];
  timers = [];
  const kept = new Map<string, string>();
  vi.stubGlobal("location", { hash: "" });
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
    clear: () => kept.clear(),
  });
  vi.stubGlobal("document", new EventTarget());
  vi.stubGlobal("addEventListener", () => undefined);
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("navigator", { userAgent: "Chrome/120.0.0.0 Mobile Safari/537.36", maxTouchPoints: 5, locks: { request } });
  vi.stubGlobal("fetch", (path: string, ...more: [RequestInit?]) => over(new URL(path, node.base), ...more));
  vi.stubGlobal("setInterval", (...all: Parameters<typeof each>) => {
    timers.push(each(...all));
    return timers.at(-1);
  });
  vi.resetModules();
  application = await import("./application");
});

afterEach(async () => {
  application.sender().stop();
  for (const timer of timers) clearInterval(timer);
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await node.end();
});

/** Locks as a browser has them: this page's place can be stolen, sending never waits. */
function request(name: string, _how: LockOptions, work: (lock: object) => unknown): Promise<unknown> {
  const done = Promise.resolve(work({ name }));
  if (name !== "forms-open") return done;
  return Promise.race([done, new Promise((_, reject) => stolen.push(reject))]);
}

async function draft(more: { finishing?: number; now?: number } = {}): Promise<string> {
  const form = filled();
  const begun = await drafts.begun(master, form.instanceId, META);
  const saving = { now: Date.now(), finalized: Date.now(), ...more };
  await drafts.save(phone.store, (await deviceOf(phone.store))!, begun, form, saving);
  return form.instanceId;
}

async function damage(id: string): Promise<void> {
  await phone.store.put("draft_bodies", { ...(await phone.store.get("draft_bodies", id))!, handover: "x" }, id);
}

const sent = (id: string): Promise<void> =>
  vi.waitFor(() => expect(node.kept.has(id)).toBe(true), { timeout: 10_000, interval: 50 });

describe("a phone", () => {
  it("starts and sends the others where a finished form is damaged", async () => {
    const [bad, good] = [await draft({ finishing: 1 }), await draft({ finishing: 1 })];
    await damage(bad);
    await application.begin();
    expect(application.shown.phase).toBe("locked");
    await sent(good);
  });

  it("sends what waits also where new forms cannot be kept", async () => {
    await finished(phone, master, filled());
    node.forms = [{ form_id: "reception", version: "2", title: {}, hash: "md5:1", xform_url: 7, media: 7 }];
    const id = await finished(phone, master, filled());
    await application.begin();
    await sent(id);
    await vi.waitFor(() => expect(node.calls).toContain("GET /api/v1/forms"), 10_000);
    await vi.waitFor(() => expect(application.shown.isFetching).toBe(false), 10_000);
  });

  it("sends what waits before it fetches what is new", async () => {
    await finished(phone, master, filled());
    await application.begin();
    await vi.waitFor(() => expect(node.calls).toContain("GET /api/v1/forms"), 10_000);
    const [first] = node.calls;
    expect(first).toBe("POST /api/v1/submissions");
  });

  it.each([false, true])("sends what waits while forms are long on their way; asked for: %s", async (isAsked) => {
    vi.stubGlobal("fetch", (path: string, ...more: [RequestInit?]) =>
      path === "/api/v1/forms" ? new Promise(() => undefined) : over(new URL(path, node.base), ...more),
    );
    await application.begin();
    await vi.waitFor(() => expect(application.shown.isFetching).toBe(true), 10_000);
    const late = await finished(phone, master, filled());
    await application.contact(isAsked);
    expect(node.kept.has(late)).toBe(true);
  });

  it("that was switched off in the middle of a panic goes on with it at the next start", async () => {
    const id = await draft();
    await phone.store.clear("workers");
    await application.begin();
    await sent(id);
    expect(await phone.store.count("drafts")).toBe(0);
  });

  it("whose clock heals hands over what was old, and not what was just begun", async () => {
    const old = await draft({ now: Date.now() - 60_000 });
    await application.begin();
    const fresh = await draft();
    const healed = Date.now() + 3 * 365 * 24 * 60 * 60_000;
    vi.spyOn(Date, "now").mockImplementation(() => healed);
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.waitFor(async () => expect(await phone.store.get("drafts", old)).toBeUndefined(), 10_000);
    expect(await phone.store.get("drafts", fresh)).toBeDefined();
  });

  it("whose memory cannot be read says so", async () => {
    vi.stubGlobal("localStorage", { getItem: () => { throw new Error("broken"); } });
    await application.begin();
    expect(application.shown).toMatchObject({ phase: "unfit", unfit: "no_answer" });
  });
});

describe("while something is still being written", () => {
  let written: () => void;

  beforeEach(async () => {
    await application.begin();
    await application.unlocked(master);
    const writing = new Promise<void>((done) => (written = done));
    application.beforeLocking(() => writing);
  });

  it("a phone that is handed on asks at once who is there", async () => {
    const handed = application.handOn();
    expect(application.shown).toMatchObject({ phase: "locked", lastWorker: undefined });
    expect(localStorage.getItem("worker")).toBeNull();
    written();
    await handed;
    expect(application.master.value).toBeUndefined();
  });

  it("a panic is not undone by who unlocks meanwhile", async () => {
    const locked = application.lock();
    const coming = application.unlocked(master);
    await application.panic();
    written();
    await Promise.all([locked, coming]);
    expect(application.shown).toMatchObject({ phase: "locked", isErased: true });
    expect(application.master.value).toBeUndefined();
    expect(localStorage.getItem("worker")).toBeNull();
  });

  it("a shift that is ended asks at once for the passphrase", async () => {
    await shifts.begin(phone.store, master, "271806", Date.now());
    const left = application.leaveShift();
    expect(await shifts.isOpen(phone.store, master.worker, Date.now())).toBe(false);
    expect(application.master.value).toBeDefined();
    written();
    await left;
  });
});

describe("a panic", () => {
  it("takes everything away that opens a draft, says so, and sends what is sealed", async () => {
    const [bad, good] = [await draft(), await draft()];
    await damage(bad);
    await application.begin();
    await application.panic();
    expect(application.shown).toMatchObject({ phase: "locked", isErased: true, panics: 1 });
    for (const name of ["workers", "shifts", "families"] as const) expect(await phone.store.count(name)).toBe(0);
    await sent(good);
  });

  it("that fails does not say that it is done", async () => {
    await application.begin();
    application.store().close();
    await expect(application.panic()).rejects.toThrow();
    expect(application.shown.isErased).toBe(false);
  });
});

describe("an order to wipe", () => {
  it("takes the keys before it waits for what is being written", async () => {
    await draft();
    await application.begin();
    await application.unlocked(master);
    let written = (): void => undefined;
    const writing = new Promise<void>((done) => (written = done));
    application.beforeLocking(() => writing);
    node.revoked = true;
    void application.contact(true);
    await vi.waitFor(async () => expect(await phone.store.count("workers")).toBe(0), 10_000);
    expect(application.shown.phase).toBe("leaving");
    written();
    await vi.waitFor(() => expect(application.shown.phase).toBe("gone"), 10_000);
  });
});

describe("a page whose place another took", () => {
  it("neither sends nor ticks, and goes on alone when it is taken back", async () => {
    await application.begin();
    const before = application.sender();
    const own = timers.length;
    expect(stolen).toHaveLength(1);
    stolen[0]!(new DOMException("stolen", "AbortError"));
    await vi.waitFor(() => expect(application.shown.phase).toBe("elsewhere"), 10_000);
    const id = await finished(phone, master, filled());
    await application.contact(true);
    expect(node.kept.has(id)).toBe(false);

    await application.takeOver();
    expect(application.shown.phase).toBe("locked");
    expect(application.sender()).not.toBe(before);
    expect(timers).toHaveLength(own);
    await sent(id);
  });
});
