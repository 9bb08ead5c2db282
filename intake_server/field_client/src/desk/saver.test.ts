import { beforeEach, describe, expect, test, vi } from "vitest";
import { watch } from "vue";
import type { Filled } from "../contracts";
import { type DeskNode, type Kept, type NodeFile, Refusal, type Saving } from "./node";
import { Saver, type Standing, standingOf } from "./saver";

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
  beside: Pick<Saving, "unasked" | "typed">[] = [];
  files: (readonly NodeFile[])[] = [];
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
    this.beside.push({ unasked: saving.unasked, typed: saving.typed });
    this.files.push(saving.files);
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

/** All that is said between now and then. */
async function saidWithin(ms: number): Promise<(string | undefined)[]> {
  const said: (string | undefined)[] = [];
  const stop = watch(saver.standing, (standing) => said.push(standing?.kind), { flush: "sync" });
  await vi.advanceTimersByTimeAsync(ms);
  stop();
  return [...new Set(said)];
}

describe("while something stands in the way", () => {
  test.each<[Standing["kind"], unknown]>([
    ["no_line", new TypeError("failed to fetch")],
    ["busy", new Refusal(503, "busy")],
    ["signed_out", new Refusal(401, "unauthenticated")],
  ])("%s is said until it is over, and it is tried again", async (kind, failure) => {
    node.fails = [failure, failure, failure];
    saver.keep(filled("1"));
    await saver.settled();

    expect(saver.standing.value?.kind).toBe(kind);
    expect(await saidWithin(12_000)).toEqual([kind]);
    expect(await saidWithin(5_000)).toEqual(["saved"]);
    expect(node.kept.xml).toBe("1");
  });

  test("what was refused is not sent again by itself, and is said on", async () => {
    node.fails = [new Refusal(404, "not-found"), new Refusal(404, "not-found")];
    saver.keep(filled("1"));
    await saver.settled();

    expect(saver.standing.value).toEqual({ kind: "refused", slug: "not-found" });
    expect(await saidWithin(60_000)).toEqual([]);

    saver.keep(filled("2"));
    await saver.settled();
    expect(saver.standing.value?.kind).toBe("refused");
  });
});

test("nothing is finished over a colleague's answers, nor before the newest are kept", async () => {
  expect(saver.mayFinish).toBe(true);
  node.fails = [new TypeError("failed to fetch")];
  saver.keep(filled("1"));
  await saver.settled();
  expect(saver.mayFinish).toBe(false);

  await saver.settled();
  expect(saver.mayFinish).toBe(true);

  node.kept = { xml: "theirs", revision: 2 };
  saver.keep(filled("2"));
  await saver.settled();
  expect(saver.standing.value?.kind).toBe("clash");
  expect(saver.mayFinish).toBe(false);

  saver.resolve({ revision: 2 } as Kept, filled("2"));
  await saver.settled();
  expect(saver.mayFinish).toBe(true);
});

test("what is beside the answers is kept with its files, and is not finished", async () => {
  const hidden = { reference: "/data/photo", value: "hidden.jpg", isFile: true };
  const typed = [{ reference: "/data/age", texts: ["12-13"], why: "digits" }];
  const photo = { name: "hidden.jpg", type: "image/jpeg", blob: new Blob(["a"]) };
  const shown = { name: "shown.jpg", type: "image/jpeg", blob: new Blob(["b"]) };
  const answers: Filled = { ...filled("1", [shown]), unasked: [hidden], unaskedFiles: [photo], typed };

  saver.keep(answers);
  await saver.settled();

  expect(node.beside).toEqual([{ unasked: [hidden], typed }]);
  expect(node.files.map((each) => each.map(({ name }) => name))).toEqual([["shown.jpg", "hidden.jpg"]]);
  expect((await saver.files(answers.attachments, [])).map(({ name }) => name)).toEqual(["shown.jpg"]);

  saver.keep(filled("2"));
  await saver.settled();
  expect(node.beside.at(-1)).toEqual({ unasked: [], typed: [] });
});

test("a file that has not come is named for as long as an answer names it", async () => {
  const late = { name: "photo-1.jpg", sha256: "d1", size: 7 };
  saver = new Saver(node as unknown as DeskNode, "d", ABOUT, 0, [late], [late]);

  saver.keep(filled("<photo>photo-1.jpg</photo>"));
  await saver.settled();
  saver.keep({ ...filled("<photo/>"), unasked: [{ reference: "/data/photo", value: "photo-1.jpg" }] });
  await saver.settled();
  saver.keep(filled("<photo/>"));
  await saver.settled();

  expect(node.files).toEqual([[late], [late], []]);
  expect(node.brought).toEqual([]);
});

test("a colleague's save that differs only beside the answers is not taken for ours", async () => {
  const mine = { ...filled("1"), typed: [{ reference: "/data/age", texts: ["1-"], why: "digits" }] };
  saver.keep(filled("1"));
  await saver.settled();
  node.fails = [new TypeError("failed to fetch")];
  saver.keep(mine);
  await saver.settled();
  node.kept = { xml: "1", revision: 2 };

  saver.again();
  await saver.settled();

  expect(saver.standing.value?.kind).toBe("clash");
  expect(node.saves).toEqual(["1"]);
});

test("what the node keeps no longer may be finished all the same", async () => {
  node.fails = [new Refusal(404, "not-found")];
  saver.keep(filled("1"));
  await saver.settled();

  expect(saver.mayFinish).toBe(true);
});

test("a colleague whose answers stop the finishing is shown, and nothing is overwritten", async () => {
  saver.keep(filled("1"));
  await saver.settled();
  node.kept = { xml: "theirs", revision: 2 };

  const standing = await saver.stopped(new Refusal(409, "stale-draft", true));

  expect(standing.kind).toBe("clash");
  expect(saver.standing.value).toEqual(standing);
  expect(saver.mayFinish).toBe(false);
  expect(saver.draft).toEqual({ draft: "d", revision: 1 });
});

test("a form that was never kept is finished without its draft", () => {
  expect(saver.draft).toEqual({ draft: null });
});

test("after somebody has signed in again nothing is said of it where nothing waits", async () => {
  await saver.stopped(new Refusal(401, "unauthenticated"));
  expect(saver.standing.value?.kind).toBe("signed_out");

  saver.again();

  expect(saver.standing.value).toBeUndefined();
});

test.each<[unknown, Standing["kind"]]>([
  [new TypeError("failed to fetch"), "no_line"],
  [new SyntaxError("a page where JSON was to be"), "no_line"],
  [new Refusal(200, ""), "no_line"],
  [new Refusal(403, ""), "no_line"],
  [new Refusal(401, "unauthenticated"), "signed_out"],
  [new Refusal(403, "stale-page"), "signed_out"],
  [new Refusal(429, "too-many-attempts"), "busy"],
  [new Refusal(502, ""), "busy"],
  [new Refusal(503, "busy"), "busy"],
  [new Refusal(507, "storage-full"), "busy"],
  [new Refusal(404, "not-found"), "refused"],
  [new Refusal(409, "not-practised"), "refused"],
  [new Refusal(413, ""), "refused"],
  [new Refusal(413, "request-too-large"), "refused"],
  [new Refusal(422, "invalid"), "refused"],
])("%s is said to be: %s", (error, kind) => {
  expect(standingOf(error).kind).toBe(kind);
});

test("what a colleague saved can be handed to the engine as it came", async () => {
  const theirs = { revision: 4, unasked: [{ reference: "/data/a", value: "1" }] };
  node.draft = async () => theirs as unknown as Kept;

  await saver.stopped(new Refusal(409, "stale-draft", true));

  const { value } = saver.standing;
  expect(value?.kind === "clash" && structuredClone(value.theirs)).toEqual(theirs);
});
