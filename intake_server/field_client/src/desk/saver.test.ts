import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Filled } from "../contracts";
import { type DeskNode, type Kept, Refusal, type Saving } from "./node";
import { Saver } from "./saver";

const SHOWN = { based_on: {}, anew: {}, standing: [], contested: [], withheld: [], goes_on: null };
const ABOUT = { child: "c", shown: SHOWN };
const filled = (xml: string, attachments: Filled["attachments"] = []): Filled => ({
  instanceId: "uuid:1",
  formId: "rehabilitation",
  version: "1",
  xml,
  attachments,
});

/** A node that keeps drafts as the real one does: by revision. */
class Node {
  kept: { xml: string; revision: number } = { xml: "", revision: 0 };
  saves: string[] = [];
  opened: unknown[] = [];
  brought: string[] = [];
  fails: unknown[] = [];
  isHeard = true;

  save = async (_id: string, saving: Saving): Promise<{ revision: number; saved_at: string }> => {
    await Promise.resolve();
    const failure = this.fails.shift();
    if (failure) throw failure;
    if (saving.revision !== this.kept.revision)
      throw new Refusal(409, "stale-draft", true);
    this.saves.push(saving.instance_xml);
    this.opened.push(saving.opened);
    const isHeard = this.isHeard;
    this.isHeard = true;
    this.kept = { xml: saving.instance_xml, revision: saving.revision + 1 };
    if (!isHeard) throw new TypeError("the answer was lost");
    return { revision: this.kept.revision, saved_at: "2026-11-26T10:00:00Z" };
  };

  draft = async (): Promise<Kept> => ({ revision: this.kept.revision, instance_xml: this.kept.xml }) as Kept;

  bring = async (name: string, blob: Blob): Promise<{ name: string; sha256: string; size: number }> => {
    this.brought.push(name);
    return { name, sha256: name, size: blob.size };
  };
}

let node: Node;
let saver: Saver;

beforeEach(() => {
  vi.useFakeTimers();
  node = new Node();
  saver = new Saver(node as unknown as DeskNode, "d", ABOUT, 0);
});

test("answers that come while one is saved are saved once, the newest", async () => {
  saver.keep(filled("1"));
  saver.keep(filled("2"));
  saver.keep(filled("3"));
  await saver.settled();

  expect(node.kept.xml).toBe("3");
  expect(node.saves.length).toBeLessThanOrEqual(2);
  expect(saver.isBehind).toBe(false);
  expect(saver.standing.value).toEqual({ kind: "saved", at: "2026-11-26T10:00:00Z" });
});

test("what was shown goes along once", async () => {
  saver.keep(filled("1"));
  await saver.settled();
  saver.keep(filled("2"));
  await saver.settled();

  expect(node.opened).toEqual([SHOWN, undefined]);
});

describe("what stands in the way is said, and nothing typed is lost", () => {
  test.each([
    [new TypeError("no line"), "no_line"],
    [new Refusal(401, "unauthenticated"), "signed_out"],
    [new Refusal(403, "stale-page"), "signed_out"],
    [new Refusal(404, "not-found"), "refused"],
  ])("%s", async (failure, kind) => {
    node.fails = [failure];
    saver.keep(filled("1"));
    await saver.settled();
    expect(saver.standing.value?.kind).toBe(kind);
    expect(saver.isBehind).toBe(true);

    await vi.advanceTimersByTimeAsync(5_000);
    await saver.settled();
    expect(node.kept.xml).toBe("1");
  });
});

test("a colleague who saved meanwhile is not overwritten before somebody chose", async () => {
  node.kept = { xml: "theirs", revision: 4 };
  saver.keep(filled("mine"));
  await saver.settled();
  expect(saver.standing.value).toEqual({
    kind: "clash",
    theirs: { revision: 4, instance_xml: "theirs" },
  });

  await vi.advanceTimersByTimeAsync(60_000);
  saver.keep(filled("mine, later"));
  await saver.settled();
  expect(node.kept.xml).toBe("theirs");

  saver.resolve({ revision: 4 } as Kept, filled("mine, later"));
  await saver.settled();
  expect(node.kept.xml).toBe("mine, later");
});

test("a save whose answer was lost is no colleague's", async () => {
  node.isHeard = false;
  saver.keep(filled("1"));
  await saver.settled();
  expect(saver.standing.value?.kind).toBe("no_line");

  saver.keep(filled("2"));
  await saver.settled();

  expect(node.kept).toEqual({ xml: "2", revision: 2 });
  expect(saver.standing.value?.kind).toBe("saved");
});

test("going on with a colleague's answers saves nothing", async () => {
  node.kept = { xml: "theirs", revision: 4 };
  saver.keep(filled("mine"));
  await saver.settled();

  saver.resolve({ revision: 4 } as Kept, undefined);
  await saver.settled();

  expect(node.kept.xml).toBe("theirs");
  expect(saver.isBehind).toBe(false);
});

test("a file crosses once, and again only when it is another", async () => {
  const photo = { name: "photo.jpg", type: "image/jpeg", blob: new Blob(["a"]) };
  saver.keep(filled("1", [photo]));
  await saver.settled();
  saver.keep(filled("2", [photo]));
  await saver.settled();
  expect(node.brought).toEqual(["photo.jpg"]);

  saver.keep(filled("3", [{ ...photo, blob: new Blob(["b"]) }]));
  await saver.settled();
  expect(node.brought).toEqual(["photo.jpg", "photo.jpg"]);
});
