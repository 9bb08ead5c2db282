// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { aNode, type TestNode } from "../testing/node";
import { aPhone, aWorker, everything, filled, finished, META, panic, PASSPHRASE, START, VERSION } from "../testing/phones";
import type { Phone } from "../net/phone";
import { rounds } from "../outbox/sender";
import * as drafts from "./drafts";
import * as families from "./families";
import { DRAFT_LIFE_MS, handOver, handOverOld, settle } from "./handing";
import { Saver } from "./saver";
import * as shifts from "./shifts";
import { deviceOf } from "./store";
import { forget, list, type Master, open, renew } from "./workers";

let node: TestNode;
let phone: Phone;
let master: Master;

beforeEach(async () => {
  node = await aNode();
  phone = await aPhone(node, { ms: START });
  master = await aWorker(phone.store);
});

afterEach(() => node.end());

async function kept(form = filled(), now = START, more: { finishing?: number } = {}): Promise<drafts.OpenDraft> {
  const device = (await deviceOf(phone.store))!;
  const draft = await drafts.begun(master, form.instanceId, META);
  await drafts.save(phone.store, device, draft, form, { now, finalized: now, ...more });
  return draft;
}

const PLANTED = ["Соломія", "Дзвінка", "390501234567"];
const photo = (): Blob => new Blob([`\xff\xd8 ${PLANTED[1]} `.repeat(9_000)], { type: "image/jpeg" });

/** A transaction that runs out of room: browsers abort it, and each of its requests with it. */
function full(): object {
  const over = Promise.reject(new DOMException("full", "QuotaExceededError"));
  over.catch(() => undefined);
  const aborted = (): Promise<never> => Promise.reject(new DOMException("aborted", "AbortError"));
  return {
    done: over,
    objectStore: () => ({ put: aborted, delete: aborted, getKey: () => Promise.resolve(undefined) }),
  };
}

describe("a draft", () => {
  it("comes back as it was, with its photos byte for byte", async () => {
    const unasked = [{ reference: "/data/name_called", value: PLANTED[2]! }];
    const typed = [{ reference: "/data/age_years", texts: ["12-13"], why: "digits" }];
    const form = { ...filled(PLANTED[0], [photo(), new Blob([])]), unasked, typed };
    await kept(form);
    const back = (await drafts.load(phone.store, master, form.instanceId))!;
    expect(back.filled.xml).toBe(form.xml);
    expect(back.filled.unasked).toEqual(unasked);
    expect(back.filled.typed).toEqual(typed);
    for (const [at, { blob }] of form.attachments.entries()) {
      const again = back.filled.attachments[at]!;
      expect(again.type).toBe("image/jpeg");
      expect(await again.blob.arrayBuffer()).toEqual(await blob.arrayBuffer());
    }
  });

  it("is nowhere in plain text, nor is its photo, its worker or its family", async () => {
    const unasked = [{ reference: "/data/name_called", value: PLANTED[2]! }];
    await kept({ ...filled(PLANTED[0], [photo()]), unasked });
    await finished(phone, master, filled(PLANTED[2], [photo()]));
    await families.keep(phone.store, master, { version: VERSION, first: "uuid:1", answers: { a: PLANTED[0]! }, place: 1 }, START);
    await shifts.begin(phone.store, master, "481516", START);
    const all = await everything(phone.store);
    for (const planted of [...PLANTED, "Оля", PASSPHRASE, "481516", "name_called"]) {
      expect(all).not.toContain(planted);
      expect(all).not.toContain(Buffer.from(planted).toString("base64").slice(0, -4));
      expect(all).not.toContain(Buffer.from(planted).toString("latin1"));
    }
  });

  it("does not put a photo away twice, and lets go one that was taken out", async () => {
    const form = filled("a", [photo()]);
    const device = (await deviceOf(phone.store))!;
    const draft = await kept(form);
    const [before] = await phone.store.getAllKeys("files");
    await drafts.save(phone.store, device, draft, { ...form, xml: "<b/>" }, { now: START, finalized: START });
    expect(await phone.store.getAllKeys("files")).toEqual([before]);
    const without = { ...form, attachments: [] };
    await drafts.save(phone.store, device, draft, without, { now: START, finalized: START });
    expect(await phone.store.count("files")).toBe(0);
  });

  it("is another worker's neither to see, to open nor to delete", async () => {
    const form = filled();
    await kept(form);
    const other = await aWorker(phone.store, "Ігор");
    expect(await drafts.page(phone.store, other, 9)).toEqual([]);
    expect(await drafts.count(phone.store, other.worker)).toBe(0);
    expect(await drafts.load(phone.store, other, form.instanceId)).toBeUndefined();
    await drafts.discard(phone.store, other, form.instanceId);
    expect(await drafts.count(phone.store, master.worker)).toBe(1);
    await forget(phone.store, other.worker);
    expect(await drafts.count(phone.store, master.worker)).toBe(1);
  });

  it("that was sealed meanwhile is not written a second time", async () => {
    const form = filled();
    const draft = await kept(form, START, { finishing: START });
    await settle(phone.store, START);
    const device = (await deviceOf(phone.store))!;
    const saving = { now: START, finalized: START };
    await expect(drafts.save(phone.store, device, draft, form, saving)).rejects.toThrow(drafts.GoneError);
    expect(await phone.store.count("drafts")).toBe(0);
  });

  it("is listed newest first, page by page", async () => {
    for (let at = 0; at < 5; at += 1) await kept(filled(), START + at);
    const first = await drafts.page(phone.store, master, 2);
    const second = await drafts.page(phone.store, master, 9, first.at(-1)!.changed);
    expect([...first, ...second].map(({ changed }) => changed - START)).toEqual([4, 3, 2, 1, 0]);
  });

  it("that is damaged hides no other in the list", async () => {
    const [bad, good] = [filled(), filled()];
    await kept(bad);
    await kept(good, START + 1);
    await phone.store.put("drafts", { ...(await phone.store.get("drafts", bad.instanceId))!, meta: new Uint8Array(40) });
    const titles = (await drafts.page(phone.store, master, 9)).map(({ title }) => title.uk);
    expect(titles).toEqual([META.title.uk, META.formId]);
  });

  describe.each([
    ["missing", (key: [string, string]) => phone.store.delete("files", key)],
    ["damaged", async (key: [string, string]) => {
      const file = (await phone.store.get("files", key))!;
      await phone.store.put("files", { ...file, bytes: file.bytes.slice(1) });
    }],
  ])("whose photo is %s", (_how, harm) => {
    async function harmed(): Promise<{ id: string; device: NonNullable<Awaited<ReturnType<typeof deviceOf>>> }> {
      const form = filled("Марічка", [photo(), new Blob(["second"])]);
      const xml = form.xml.replace("</data>", "<photo>photo-0.jpg</photo><scan>photo-1.jpg</scan></data>");
      const hidden = [{ reference: "/data/other", value: "photo-0.jpg", isFile: true }];
      const draft = await kept({ ...form, xml, unasked: hidden });
      await harm([form.instanceId, draft.files.get("photo-0.jpg")!.entry.sealed]);
      return { id: form.instanceId, device: (await deviceOf(phone.store))! };
    }

    it("opens with all the rest, and names no file that is not there", async () => {
      const { id } = await harmed();
      const { draft, filled: back } = (await drafts.load(phone.store, master, id))!;
      expect(draft.lost).toEqual(["photo-0.jpg"]);
      expect(back.xml).toContain("<name_called>Марічка</name_called><photo></photo><scan>photo-1.jpg</scan>");
      expect(back.attachments.map(({ name }) => name)).toEqual(["photo-1.jpg"]);
      expect(back.unasked ?? []).toEqual([]);
    });

    it("says so until somebody has seen it, however often it is written meanwhile", async () => {
      const { id, device } = await harmed();
      for (let turn = 0; turn < 2; turn += 1) {
        const { draft, filled: back } = (await drafts.load(phone.store, master, id))!;
        expect(draft.lost).toEqual(["photo-0.jpg"]);
        await drafts.save(phone.store, device, draft, back, { now: START, finalized: START });
      }
      const { draft, filled: back } = (await drafts.load(phone.store, master, id))!;
      draft.lost = [];
      await drafts.save(phone.store, device, draft, back, { now: START, finalized: START });
      expect((await drafts.load(phone.store, master, id))!.draft.lost).toEqual([]);
    });

    it("goes to the centre without the photo's name once it was written again", async () => {
      const { id, device } = await harmed();
      const { draft, filled: back } = (await drafts.load(phone.store, master, id))!;
      await drafts.save(phone.store, device, draft, back, { now: START, finalized: START });
      await handOver(phone.store, id);
      expect((await phone.store.get("items", id))!.files).toHaveLength(1);
      await rounds(phone, true);
      expect(node.kept.get(id)!.opened.xml).not.toContain("photo-0.jpg");
      expect(node.kept.get(id)!.opened.attachments).toHaveLength(1);
    });
  });

  it("that a full phone cannot write says that it is full", async () => {
    const form = filled("a", [photo()]);
    const draft = await drafts.begun(master, form.instanceId, META);
    const store = new Proxy(phone.store, {
      get: (of, name) => {
        const found = Reflect.get(of, name) as unknown;
        if (name !== "transaction") return typeof found === "function" ? found.bind(of) : found;
        return full;
      },
    });
    const saving = { now: START, finalized: START };
    const said = drafts.save(store, (await deviceOf(phone.store))!, draft, form, saving);
    await expect(said).rejects.toMatchObject({ name: "QuotaExceededError" });
    expect(draft.isKept).toBe(false);
  });

  it("can be deleted by the one whose it is, with its photos", async () => {
    const form = filled("a", [photo()]);
    await kept(form);
    await drafts.discard(phone.store, master, form.instanceId);
    for (const store of ["drafts", "draft_bodies", "files"] as const) {
      expect(await phone.store.count(store)).toBe(0);
    }
  });
});

describe("without a key", () => {
  it("a draft is handed over as unfinished after 72 hours, not while it is open", async () => {
    const [old, open_, fresh] = [filled(), filled(), filled()];
    await kept(old);
    await kept(open_);
    await kept(fresh, START + 1);
    await handOverOld(phone.store, START + DRAFT_LIFE_MS, open_.instanceId);
    const [item, ...others] = await phone.store.getAll("items");
    expect(others).toEqual([]);
    expect(item).toMatchObject({ id: old.instanceId, state: "ready", isFinished: false });
    expect(await drafts.count(phone.store, master.worker)).toBe(2);
  });

  it("what was finished is sealed once its minute is over", async () => {
    const form = filled();
    await kept(form, START, { finishing: START + drafts.GRACE_MS });
    expect(await settle(phone.store, START)).toBe(0);
    expect(await settle(phone.store, START + drafts.GRACE_MS)).toBe(1);
    expect(await phone.store.get("items", form.instanceId)).toMatchObject({ state: "ready", isFinished: true });
    for (const store of ["drafts", "draft_bodies"] as const) expect(await phone.store.count(store)).toBe(0);
  });

  it("a photo that is not asked for now stays with the draft, and goes along with nothing", async () => {
    const [asked, hidden] = filled("", [photo(), new Blob([PLANTED[2]!])]).attachments;
    const form = { ...filled(), attachments: [asked!], unaskedFiles: [hidden!] };
    await kept(form, START, { finishing: START });
    const back = (await drafts.load(phone.store, master, form.instanceId))!;
    expect(await back.filled.unaskedFiles![0]!.blob.text()).toBe(PLANTED[2]);
    expect(await phone.store.count("files")).toBe(2);

    await settle(phone.store, START);

    const item = (await phone.store.get("items", form.instanceId))!;
    expect(item.files).toHaveLength(1);
    expect(await phone.store.count("files")).toBe(1);
  });

  it("ten wrong passphrases hand over the drafts and take the key away", async () => {
    await kept();
    const { worker } = master;
    const left: number[] = [];
    for (let turn = 0; turn < 10; turn += 1) {
      const said = await open(phone.store, worker, "зовсім не те слово");
      left.push("left" in said ? said.left : -1);
    }
    expect(left).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(await open(phone.store, worker, PASSPHRASE)).toEqual({ left: 0 });
    expect(await phone.store.count("drafts")).toBe(0);
    expect((await phone.store.getAll("items")).map(({ isFinished }) => isFinished)).toEqual([false]);
    expect((await list(phone.store))[0]).toMatchObject({ label: "Оля", hasKey: false });
    await renew(phone.store, worker, "нове гасло для Олі");
    expect(await open(phone.store, worker, "Нове  гасло для олі")).toHaveProperty("master");
  }, 60_000);

  it("a panic leaves nothing that can be read, and loses nothing", async () => {
    const form = filled(PLANTED[0], [photo()]);
    await kept(form);
    await panic(phone.store);
    for (const store of ["drafts", "draft_bodies", "workers", "shifts", "families"] as const) {
      expect(await phone.store.count(store)).toBe(0);
    }
    expect(await phone.store.count("files")).toBe(1);
    expect((await phone.store.getAll("items")).map(({ id }) => id)).toEqual([form.instanceId]);
  });
});

describe("a passphrase", () => {
  it("opens, whatever its case and blanks, and wrong ones before are forgotten", async () => {
    await open(phone.store, master.worker, "не те гасло зовсім");
    const said = await open(phone.store, master.worker, `  ${PASSPHRASE.toUpperCase()} `);
    expect(said).toHaveProperty("master.label", "Оля");
    expect((await list(phone.store))[0]).toMatchObject({ wrong: 0 });
  }, 20_000);
});

describe("six digits", () => {
  it("open within the shift, and not after", async () => {
    await shifts.begin(phone.store, master, "481516", START);
    const said = await shifts.open(phone.store, master.worker, "481516", START + 1);
    expect(said).toHaveProperty("master.worker", master.worker);
    const late = START + shifts.LENGTH_MS;
    expect(await shifts.open(phone.store, master.worker, "481516", late)).toEqual({ left: 0 });
    expect(await shifts.isOpen(phone.store, master.worker, START)).toBe(false);
  }, 20_000);

  it("five wrong ones ask for the passphrase", async () => {
    await shifts.begin(phone.store, master, "481516", START);
    const left = [];
    for (let turn = 0; turn < 5; turn += 1) {
      left.push(await shifts.open(phone.store, master.worker, "000001", START));
    }
    expect(left.map((said) => "left" in said && said.left)).toEqual([4, 3, 2, 1, 0]);
    expect(await shifts.open(phone.store, master.worker, "481516", START)).toEqual({ left: 0 });
  }, 60_000);

  it.each(["111111", "123456", "987654"])("%s are too easy", (pin) => {
    expect(shifts.isTooEasy(pin)).toBe(true);
    expect(shifts.isTooEasy("481516")).toBe(false);
  });
});

describe("a family", () => {
  it("is kept for the next child, also after the first form is sealed", async () => {
    const first = await finished(phone, master, filled());
    await families.keep(phone.store, master, { version: VERSION, first, answers: { escort_name: "Ганна" }, place: 1 }, START);
    const [family] = await families.open(phone.store, master, VERSION);
    expect(families.nextChild(family!, "K7M2Q4XW")).toEqual({
      family: { first, place: 2, answers: { escort_name: "Ганна", sibling_group: "K7M2Q4XW" } },
      answers: { escort_name: "Ганна", sibling_group: "K7M2Q4XW" },
    });
    await families.closeOld(phone.store, START + DRAFT_LIFE_MS);
    expect(await families.open(phone.store, master, VERSION)).toEqual([]);
  });
});

describe("what is practised", () => {
  const PRACTISED = "900000002026112201";

  async function keptFor(first: string, version: string): Promise<void> {
    await families.keep(phone.store, master, { first, answers: { escort_name: "Ганна" }, place: 1, version }, START);
  }

  it("goes on in practice only, and what is real in earnest only", async () => {
    await keptFor("uuid:1", PRACTISED);
    await keptFor("uuid:2", VERSION);
    const offered = async (version?: string): Promise<string[]> =>
      (await families.open(phone.store, master, version)).map(({ first }) => first);
    expect(await offered("2026120101")).toEqual(["uuid:2"]);
    expect(await offered(`${PRACTISED.slice(0, -1)}7`)).toEqual(["uuid:1"]);
    expect(await offered()).toEqual([]);
  });

  it("is not guessed of a family that does not say it", async () => {
    const { version: _, ...before } = { first: "uuid:1", answers: {}, place: 1, version: "" };
    await families.keep(phone.store, master, before as families.Ended, START);
    for (const version of [VERSION, PRACTISED]) {
      expect(await families.open(phone.store, master, version)).toEqual([]);
    }
  });
});

describe("writing", () => {
  it("writes the newest, skips what is older, and goes on after a failure", async () => {
    const written: number[] = [];
    const saver = new Saver<number>(async (value) => {
      await Promise.resolve();
      if (value === 3) throw new Error("full");
      written.push(value);
    });
    void saver.put(1).catch(() => {});
    void saver.put(2).catch(() => {});
    await expect(saver.put(3)).rejects.toThrow("full");
    await saver.put(4);
    expect(written).toEqual([1, 4]);
  });
});
