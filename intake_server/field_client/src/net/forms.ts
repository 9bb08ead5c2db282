/**
 * Forms come onto the phone: each version once, its files piece by piece.
 *
 * A piece that has come is kept, so a line that breaks costs one piece. A form counts as
 * current only when all of it is here; an older version stays while a draft needs it.
 */
import { type Bytes, joined, text } from "../vault/bytes";
import type { Store, StoredForm } from "../vault/store";
import { type Line, parsed, says } from "./line";

export const PIECE = 32_768;

export interface FormSaid {
  readonly form_id: string;
  readonly version: string;
  readonly title: { readonly uk: string; readonly en: string };
  readonly hash: string;
  readonly xform_url: string;
  readonly media: readonly { readonly name: string; readonly hash: string; readonly url: string }[];
}

/** How far it is: forms that are here of all, and bytes of the file that is coming. */
export interface FormsProgress {
  readonly here: number;
  readonly all: number;
  readonly bytes: number;
  readonly ofBytes?: number;
}

export type FormsState = "same" | "new" | "no_line" | "refused";
type Told = (progress: FormsProgress) => void;

/** What is needed to fetch forms. */
export interface Fetching {
  readonly store: Store;
  readonly line: Line;
}

/** Fetch what is new; what has come so far stays when the line breaks. */
export async function syncForms({ store, line }: Fetching, told: Told = () => {}): Promise<FormsState> {
  const etag = (await store.get("device", "forms-etag")) as string | undefined;
  const reply = await line.call("GET", "/api/v1/forms", {
    isGood: says("application/json"),
    headers: etag ? { "If-None-Match": etag } : {},
  });
  if (reply.kind === "no_line") return "no_line";
  if (reply.kind === "problem") return "refused";
  if (reply.status === 304) return "same";
  const forms = listed(parsed(reply.body));
  if (!forms) return "no_line";
  let here = 0;
  for (const form of forms) {
    const coming = { store, line, told: (bytes: number, ofBytes?: number): void => {
      told({ here, all: forms.length, bytes, ...(ofBytes === undefined ? {} : { ofBytes }) });
    } };
    coming.told(0);
    if (!(await fetched(coming, form))) return "no_line";
    here += 1;
  }
  told({ here, all: forms.length, bytes: 0 });
  await settled(store, forms);
  const next = reply.headers.get("ETag");
  if (next) await store.put("device", next, "forms-etag");
  return "new";
}

/** Where a child's way begins stands first; forms that are not named follow as the node has them. */
const FIRST: readonly string[] = ["reception", "registration", "reunification", "rehabilitation", "followup"];

/** Return the forms that are filled in now, in the order in which they are needed. */
export async function current(store: Store): Promise<StoredForm[]> {
  const order = ((await store.get("device", "forms-order")) as string[] | undefined) ?? [];
  const place = (id: string): number =>
    FIRST.includes(id) ? FIRST.indexOf(id) : FIRST.length + order.indexOf(id);
  const forms = (await store.getAll("forms")).filter(({ isCurrent }) => isCurrent);
  return forms.sort((a, b) => place(a.formId) - place(b.formId));
}

const IN_HAND = "form-in-hand";

/** Return the form that is filled in now, and keep its version until another is taken. */
export async function inHand(store: Store, formId: string): Promise<StoredForm | undefined> {
  const taking = store.transaction(["forms", "device"], "readwrite");
  const all = await taking.objectStore("forms").getAll(IDBKeyRange.bound([formId, ""], [formId, "\uffff"]));
  const form = all.find(({ isCurrent }) => isCurrent) ?? all.at(-1);
  if (form) await taking.objectStore("device").put(nameOf(form), IN_HAND);
  await taking.done;
  return form;
}

function nameOf({ formId, version }: StoredForm): string {
  return `${formId} ${version}`;
}

interface Coming extends Fetching {
  readonly told: (bytes: number, ofBytes?: number) => void;
}

async function fetched(coming: Coming, form: FormSaid): Promise<boolean> {
  const { store } = coming;
  for (const { hash, url } of form.media) {
    if (await store.getKey("media", hash)) continue;
    const content = await file(coming, url, hash);
    if (!content) return false;
    await store.put("media", content, hash);
  }
  const known = await store.get("forms", [form.form_id, form.version]);
  if (known?.hash === form.hash) return true;
  const xml = await file(coming, form.xform_url, form.hash);
  if (!xml) return false;
  const { form_id: formId, version, title, hash, media } = form;
  await store.put("forms", { formId, version, title, hash, media, xml: text(xml), isCurrent: false });
  return true;
}

/** Make what has come the forms of today, and let go what nothing needs any more. */
async function settled(store: Store, forms: readonly FormSaid[]): Promise<void> {
  const names = new Set(forms.map(({ form_id, version }) => `${form_id} ${version}`));
  const writing = store.transaction(["forms", "media", "drafts", "device"], "readwrite");
  const kept = new Set<string>();
  const held = await writing.objectStore("device").get(IN_HAND);
  for (const form of await writing.objectStore("forms").getAll()) {
    const name = nameOf(form);
    const isCurrent = names.has(name);
    const isDraft = (await writing.objectStore("drafts").index("form").count(name)) > 0;
    const isNeeded = isCurrent || isDraft || name === held;
    if (isNeeded) {
      for (const { hash } of form.media) kept.add(hash);
      await writing.objectStore("forms").put({ ...form, isCurrent });
    } else {
      await writing.objectStore("forms").delete([form.formId, form.version]);
    }
  }
  for (const hash of await writing.objectStore("media").getAllKeys()) {
    if (!kept.has(hash)) await writing.objectStore("media").delete(hash);
  }
  await writing.objectStore("device").put(forms.map(({ form_id }) => form_id), "forms-order");
  await writing.done;
}

async function file(coming: Coming, address: string, hash: string): Promise<Bytes | undefined> {
  const path = pathOf(address);
  return "DecompressionStream" in globalThis ? inPieces(coming, path, hash) : whole(coming, path, hash);
}

async function whole({ line, told }: Coming, path: string, hash: string): Promise<Bytes | undefined> {
  const reply = await line.call("GET", path, { isGood: names(hash), patienceMs: 600_000 });
  if (reply.kind !== "ok") return undefined;
  told(reply.body.length, reply.body.length);
  return reply.body;
}

async function inPieces(coming: Coming, path: string, hash: string): Promise<Bytes | undefined> {
  const { store, line, told } = coming;
  const pieces: Bytes[] = [];
  let all: number | undefined;
  for (let from = 0; ; from += PIECE) {
    const key = `${hash}/${String(from).padStart(12, "0")}`;
    let piece = await store.get("pieces", key);
    if (!piece) {
      const asked = `${path}?from=${from}&until=${from + PIECE}`;
      const reply = await line.call("GET", asked, { isGood: names(hash) });
      if (reply.kind !== "ok") return undefined;
      all = Number(reply.headers.get("X-Squeezed-Bytes")) || undefined;
      piece = reply.body;
      await store.put("pieces", piece, key);
    }
    pieces.push(piece);
    told(from + piece.length, all);
    if (piece.length < PIECE) break;
  }
  await store.delete("pieces", IDBKeyRange.bound(`${hash}/`, `${hash}/~`));
  return opened(joined(pieces));
}

/** Return what was squeezed; undefined where the pieces do not fit together. */
async function opened(squeezed: Bytes): Promise<Bytes | undefined> {
  try {
    const stream = new Blob([squeezed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    return undefined;
  }
}

/** A good answer names the digest that was asked for, which no portal knows. */
function names(hash: string): (headers: Headers) => boolean {
  const digest = hash.replace(/^md5:/, "");
  return (headers) => (headers.get("ETag") ?? "").includes(digest);
}

function pathOf(address: string): string {
  const url = new URL(address, "http://localhost");
  return url.pathname + url.search;
}

function listed(answer: unknown): readonly FormSaid[] | undefined {
  const forms = (answer as { forms?: unknown } | undefined)?.forms;
  return Array.isArray(forms) ? (forms as FormSaid[]) : undefined;
}
