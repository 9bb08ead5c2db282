/**
 * Forms that are being filled in: written at each answer, unreadable without the worker.
 *
 * Each draft has a key of its own, kept under the worker's; beside it lies the same sealed
 * to the site. Both are written in one transaction with the files, so that a crash leaves
 * the last answer or the one before, never half of one.
 */
import type { Attachment, Filled, Typed, Unasked } from "../contracts";
import { type Bytes, sha256Hex, text, utf8 } from "./bytes";
import { hidden, keyOf, newSecret, openedFile, sealedFile, shown, UnopenedError } from "./cipher";
import type { Recipient } from "./envelope";
import type { Handover } from "./handing";
import { type FileEntry, readyItem } from "./sealing";
import type { Draft, Store, StoredFile } from "./store";
import type { Master } from "./workers";

export { GRACE_MS } from "./handing";

/** What a draft is called in a list. */
export interface Meta {
  readonly formId: string;
  readonly version: string;
  readonly title: { readonly uk: string; readonly en: string };
  readonly started: number;
  /** Which child of a family, from 1; absent for a child alone. */
  readonly place?: number;
  /** The first child's form, where this is a later one of the family. */
  readonly family?: string;
}

export interface Listed extends Meta {
  readonly id: string;
  readonly changed: number;
  readonly finishing?: number;
}

/** A draft that is open: its key, and the files that it has already put away. */
export interface OpenDraft {
  readonly id: string;
  readonly master: Master;
  readonly key: CryptoKey;
  readonly wrapped: Bytes;
  readonly meta: Meta;
  files: ReadonlyMap<string, Known>;
  /** Files that are missing or damaged here, until somebody has seen that. */
  lost: readonly string[];
  /** Whether it lies on the phone already. */
  isKept: boolean;
}

/** The draft was sealed or deleted meanwhile: what is written now would be a second one. */
export class GoneError extends Error {
  override readonly name = "GoneError";
}

interface Known {
  readonly entry: FileEntry;
  readonly blob: Blob;
}

interface KeptFile extends Omit<FileEntry, "key"> {
  readonly key: number[];
}

interface Kept {
  readonly xml: string;
  readonly files: readonly KeptFile[];
  readonly unasked?: readonly Unasked[];
  readonly unaskedFiles?: readonly KeptFile[];
  readonly lost?: readonly string[];
  readonly typed?: readonly Typed[];
}

function written(entry: FileEntry): KeptFile {
  return { ...entry, key: [...entry.key] };
}

export async function begun(master: Master, id: string, meta: Meta): Promise<OpenDraft> {
  const secret = newSecret();
  const wrapped = await hidden(master.key, secret, `draft ${id}`);
  return { id, master, key: await keyOf(secret), wrapped, meta, files: new Map(), lost: [], isKept: false };
}

export interface Saving {
  readonly now: number;
  /** The moment by the server's clock, as receivers shall read it. */
  readonly finalized: number;
  /** Set when somebody has said that all is there: when it is sealed for good. */
  readonly finishing?: number;
}

/**
 * Write a draft down, and beside it the same sealed to the site.
 *
 * Throws GoneError where it was sealed or deleted meanwhile.
 */
export async function save(
  store: Store,
  to: Recipient,
  draft: OpenDraft,
  filled: Filled,
  saving: Saving,
): Promise<void> {
  const { attachments, unasked, unaskedFiles = [], typed } = filled;
  const { known, added } = await withFiles(draft, [...attachments, ...unaskedFiles]);
  const entries = (of: readonly Attachment[]): FileEntry[] =>
    of.flatMap(({ name }) => known.get(name)?.entry ?? []);
  const [files, hiddenFiles] = [entries(attachments), entries(unaskedFiles)];
  const isFinished = saving.finishing !== undefined;
  const ready = await readyItem(to, {
    instanceId: draft.id,
    formId: filled.formId,
    version: filled.version,
    finalized: saving.finalized,
    state: isFinished ? "finished" : "unfinished",
    worker: draft.master.label,
    xml: filled.xml,
    files,
  });
  const handover: Handover = {
    ...ready,
    title: draft.meta.title,
    isFinished,
    finalized: saving.finalized,
  };
  const kept: Kept = {
    xml: filled.xml,
    files: files.map(written),
    ...(unasked ? { unasked } : {}),
    ...(hiddenFiles.length > 0 ? { unaskedFiles: hiddenFiles.map(written) } : {}),
    ...(draft.lost.length > 0 ? { lost: draft.lost } : {}),
    ...(typed ? { typed } : {}),
  };
  const body = await hidden(draft.key, utf8(JSON.stringify(kept)), `body ${draft.id}`);
  const meta = await hidden(draft.master.key, utf8(JSON.stringify(draft.meta)), `meta ${draft.id}`);
  const record: Draft = {
    id: draft.id,
    worker: draft.master.worker,
    form: `${filled.formId} ${filled.version}`,
    changed: saving.now,
    key: draft.wrapped,
    meta,
    ...(saving.finishing === undefined ? {} : { finishing: saving.finishing }),
  };
  const writing = store.transaction(["drafts", "draft_bodies", "files"], "readwrite");
  const left = [...draft.files.values()].filter(({ entry }) => {
    return ![...files, ...hiddenFiles].some(({ sealed }) => sealed === entry.sealed);
  });
  if (draft.isKept && !(await writing.objectStore("drafts").getKey(draft.id))) {
    await writing.done;
    throw new GoneError("it is no draft any more");
  }
  const requests = Promise.allSettled([
    writing.objectStore("drafts").put(record),
    writing.objectStore("draft_bodies").put({ body, handover: JSON.stringify(handover) }, draft.id),
    ...added.map((file) => writing.objectStore("files").put(file)),
    ...left.map(({ entry }) => writing.objectStore("files").delete([draft.id, entry.sealed])),
  ]);
  // Only the whole says why it failed: each request of it was merely aborted.
  await Promise.all([writing.done, requests]);
  draft.files = known;
  draft.isKept = true;
}

/**
 * Open a draft; undefined where it is not this worker's, or is there no more.
 *
 * A file that is missing or damaged does not hide the rest: it is named in `lost`, and the
 * answers name it no longer. Throws UnopenedError where the answers themselves are damaged.
 */
export async function load(
  store: Store,
  master: Master,
  id: string,
): Promise<{ readonly draft: OpenDraft; readonly filled: Filled; readonly finishing?: number } | undefined> {
  const record = await store.get("drafts", id);
  const kept = await store.get("draft_bodies", id);
  if (!record || !kept || record.worker !== master.worker) return undefined;
  const key = await keyOf(await shown(master.key, record.key, `draft ${id}`));
  const said = read(text(await shown(key, kept.body, `body ${id}`)));
  const files = [...said.files, ...(said.unaskedFiles ?? [])];
  const known = await opened(store, id, files);
  const missing = files.flatMap(({ name }) => (known.has(name) ? [] : [name]));
  const lost = [...new Set([...(said.lost ?? []), ...missing])];
  const meta = await metaOf(master, record);
  const draft = { id, master, key, wrapped: record.key, meta, files: known, lost, isKept: true };
  const filled = filledFrom(draft, said, missing);
  return { draft, filled, ...(record.finishing === undefined ? {} : { finishing: record.finishing }) };
}

function read(kept: string): Kept {
  try {
    return JSON.parse(kept) as Kept;
  } catch {
    throw new UnopenedError("it is no draft");
  }
}

/** Open a draft's files, but for those that do not open. */
async function opened(store: Store, id: string, files: readonly KeptFile[]): Promise<Map<string, Known>> {
  const known = new Map<string, Known>();
  for (const each of files) {
    const entry = { ...each, key: Uint8Array.from(each.key) };
    const plain = await plainOf(store, id, entry).catch(() => undefined);
    if (plain) known.set(entry.name, { entry, blob: new Blob([plain], { type: entry.type }) });
  }
  return known;
}

async function plainOf(store: Store, id: string, { key, sealed }: FileEntry): Promise<Bytes | undefined> {
  const file = await store.get("files", [id, sealed]);
  return file && openedFile(key, file.bytes);
}

function filledFrom({ id, meta, files: known }: OpenDraft, kept: Kept, missing: readonly string[]): Filled {
  const attached = (of: readonly KeptFile[]): Attachment[] =>
    of.flatMap(({ name, type }) => {
      const blob = known.get(name)?.blob;
      return blob ? [{ name, type, blob }] : [];
    });
  const unasked = kept.unasked?.filter(({ isFile, value }) => !(isFile && missing.includes(value)));
  const unaskedFiles = attached(kept.unaskedFiles ?? []);
  return {
    instanceId: id,
    formId: meta.formId,
    version: meta.version,
    xml: without(kept.xml, missing),
    attachments: attached(kept.files),
    ...(unasked?.length ? { unasked } : {}),
    ...(unaskedFiles.length > 0 ? { unaskedFiles } : {}),
    ...(kept.typed ? { typed: kept.typed } : {}),
  };
}

/** Return the answers with nothing where they named these files; the names are of our own making. */
function without(xml: string, names: readonly string[]): string {
  return names.reduce((rest, name) => rest.replaceAll(`>${name}<`, "><"), xml);
}

/** Return some of a worker's drafts, the newest first; those before a moment. */
export async function page(store: Store, master: Master, limit: number, before?: number): Promise<Listed[]> {
  const range = IDBKeyRange.bound(
    [master.worker, 0],
    [master.worker, before ?? Number.MAX_VALUE],
    false,
    before !== undefined,
  );
  const found: Draft[] = [];
  let cursor = await store.transaction("drafts").store.index("recent").openCursor(range, "prev");
  while (cursor && found.length < limit) {
    found.push(cursor.value);
    cursor = await cursor.continue();
  }
  return Promise.all(
    found.map(async (record) => ({
      ...(await metaOf(master, record)),
      id: record.id,
      changed: record.changed,
      ...(record.finishing === undefined ? {} : { finishing: record.finishing }),
    })),
  );
}

export function count(store: Store, worker: string): Promise<number> {
  const all = IDBKeyRange.bound([worker, 0], [worker, Number.MAX_VALUE]);
  return store.countFromIndex("drafts", "recent", all);
}

/** Delete a draft with its files; only ever by the one whose it is. */
export async function discard(store: Store, master: Master, id: string): Promise<void> {
  const going = store.transaction(["drafts", "draft_bodies", "files"], "readwrite");
  const record = await going.objectStore("drafts").get(id);
  if (record?.worker === master.worker) {
    await going.objectStore("drafts").delete(id);
    await going.objectStore("draft_bodies").delete(id);
    const files = going.objectStore("files");
    for (const key of await files.index("owner").getAllKeys(id)) await files.delete(key);
  }
  await going.done;
}

/** What a draft is called; one that is damaged goes by its form, and hides no other. */
async function metaOf(master: Master, record: Draft): Promise<Meta> {
  try {
    return JSON.parse(text(await shown(master.key, record.meta, `meta ${record.id}`))) as Meta;
  } catch (error) {
    if (!(error instanceof UnopenedError)) throw error;
    const [formId = "", version = ""] = record.form.split(" ");
    return { formId, version, title: { uk: formId, en: formId }, started: record.changed };
  }
}

interface WithFiles {
  readonly known: ReadonlyMap<string, Known>;
  readonly added: readonly StoredFile[];
}

async function withFiles(draft: OpenDraft, attachments: readonly Attachment[]): Promise<WithFiles> {
  const known = new Map<string, Known>();
  const added: StoredFile[] = [];
  for (const attachment of attachments) {
    const before = draft.files.get(attachment.name);
    if (before && (await isSame(before, attachment))) {
      known.set(attachment.name, { entry: before.entry, blob: attachment.blob });
      continue;
    }
    const { entry, bytes } = await putAway(attachment);
    known.set(attachment.name, { entry, blob: attachment.blob });
    added.push({ owner: draft.id, sha256: entry.sealed, size: bytes.length, bytes });
  }
  return { known, added };
}

async function isSame(before: Known, { blob }: Attachment): Promise<boolean> {
  if (before.blob === blob) return true;
  if (before.entry.size !== blob.size) return false;
  return before.entry.sha256 === (await sha256Hex(await blob.arrayBuffer()));
}

async function putAway(attachment: Attachment): Promise<{ entry: FileEntry; bytes: Bytes }> {
  const plain = new Uint8Array(await attachment.blob.arrayBuffer());
  const key = newSecret();
  const bytes = await sealedFile(key, plain);
  const entry = {
    name: attachment.name,
    type: attachment.type,
    size: plain.length,
    sha256: await sha256Hex(plain),
    sealed: await sha256Hex(bytes),
    sealedSize: bytes.length,
    key,
  };
  return { entry, bytes };
}
