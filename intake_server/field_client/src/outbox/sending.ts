/**
 * One round of sending: forms first, in batches, then photos, then the word for both.
 *
 * Whatever breaks, the same sealed bytes are sent again, and a node takes them once. What
 * a node has not said with a good signature is not believed, and nothing is deleted for it.
 */
import { backoff } from "../net/backoff";
import { type Ask, parsed, type Reply, says } from "../net/line";
import { orderIn, type Phone } from "../net/phone";
import { isOrdered } from "../vault/wiping";
import { type Bytes, squeezed, squeezes, utf8 } from "../vault/bytes";
import { type Device, deviceOf } from "../vault/store";
import { sendFiles } from "./files";
import { happened, inState, type Item, type Reason } from "./items";
import type { Event } from "./machine";
import { read } from "./receipts";

const MOST_ITEMS = 500;
const MOST_BYTES = 1_900_000;
const FIRST_BYTES = 200_000;
const LEAST_BYTES = 20_000;
const AGAIN_MS = 60 * 60_000;
/** What the node takes of no form may change with its settings, or with its day. */
const NEXT_DAY_MS = 24 * 60 * 60_000;
const SOON_MS = 8_000;

export const SUBMISSIONS = "/api/v1/submissions";

/** What came of a round: whether more can be done now, or how long to wait. */
export type Outcome =
  | { readonly kind: "empty"; readonly waitMs?: number }
  | { readonly kind: "more" }
  | { readonly kind: "no_line"; readonly why: "offline" | "portal" | "busy"; readonly waitMs?: number }
  | { readonly kind: "not_known" }
  | { readonly kind: "wipe"; readonly order: string };

/** A round's surroundings; `bytes` and `most` say how much is tried at once. */
export interface Sending {
  readonly phone: Phone;
  readonly device: Device;
  bytes: number;
  most: number;
}

export async function sendingOf(phone: Phone): Promise<Sending | undefined> {
  const device = await deviceOf(phone.store);
  return device && { phone, device, bytes: FIRST_BYTES, most: MOST_ITEMS };
}

/** What was on its way when the application was closed waits again. */
export async function recover({ store, now }: Phone): Promise<void> {
  for (const item of await inState(store, "sending")) await happened(store, item.id, "interrupted", now());
}

/** What was not received, or waits for its hour, is tried when that is over, or somebody asks. */
export async function tryAgain({ store, now }: Phone, isAsked = false): Promise<void> {
  for (const item of await inState(store, "not_received")) {
    if (isAsked || item.nextAt <= now()) await happened(store, item.id, "again", now(), { nextAt: 0 });
  }
  if (!isAsked) return;
  for (const state of ["ready", "files"] as const) {
    for (const { id, nextAt } of await inState(store, state)) {
      if (nextAt > now()) await happened(store, id, "interrupted", now(), { nextAt: 0 });
    }
  }
}

/** Send one batch, or else the photos of one form. */
export async function round(sending: Sending): Promise<Outcome> {
  const { store, now } = sending.phone;
  const ready = (await inState(store, "ready")).filter(({ nextAt }) => nextAt <= now());
  if (ready.length) return sendBatch(sending, fitting(ready.slice(0, sending.most), sending.bytes));
  const [withFiles] = (await inState(store, "files")).filter(({ nextAt }) => nextAt <= now());
  return withFiles ? sendFiles(sending, withFiles) : { kind: "empty" };
}

/** In how many milliseconds something that waits a while is to be tried; undefined for nothing. */
export async function dueIn({ store, now }: Phone): Promise<number | undefined> {
  const waiting = [...(await inState(store, "ready")), ...(await inState(store, "files"))];
  if (!waiting.length) return undefined;
  return Math.max(0, Math.min(...waiting.map(({ nextAt }) => nextAt)) - now());
}

/** Call with the own token, or with the pass where another site's node answers. */
export async function called({ phone }: Sending, method: string, path: string, ask: Ask): Promise<Reply> {
  const reply = await phone.line.call(method, path, ask);
  // An answer to HEAD says nothing but its status.
  const isStranger =
    reply.kind === "problem" && reply.status === 401 && ["unauthenticated", ""].includes(reply.slug);
  return isStranger ? phone.line.call(method, path, { ...ask, with: "pass" }) : reply;
}

/** Note what a line that says nothing, or a refusal of everything, means for some forms. */
export async function heldUp(
  sending: Sending,
  items: readonly Item[],
  reply: Exclude<Reply, { kind: "ok" }>,
): Promise<Outcome> {
  const { phone, device } = sending;
  if (reply.kind === "no_line") {
    sending.bytes = Math.max(LEAST_BYTES, sending.bytes / 2);
    await all(phone, items, "interrupted");
    return reply;
  }
  const order = await orderIn(device, reply);
  if (order) {
    await all(phone, items, "interrupted");
    return { kind: "wipe", order };
  }
  if (reply.status === 429 || reply.status >= 500) {
    await all(phone, items, "interrupted");
    return { kind: "no_line", why: "busy", ...(reply.waitMs === undefined ? {} : { waitMs: reply.waitMs }) };
  }
  return refused(sending, items, reply);
}

async function sendBatch(sending: Sending, items: readonly Item[]): Promise<Outcome> {
  const { phone, device } = sending;
  const bodies: string[] = [];
  const sent: Item[] = [];
  for (const item of items) {
    const body = await phone.store.get("bodies", item.id);
    await happened(phone.store, item.id, "taken", phone.now());
    if (body === undefined) {
      await notReceived(phone, item, "refused");
      continue;
    }
    bodies.push(body);
    sent.push(item);
  }
  if (!sent.length) return { kind: "more" };
  const began = phone.now();
  const reply = await called(sending, "POST", SUBMISSIONS, await posted(bodies));
  if (reply.kind !== "ok") return heldUp(sending, sent, reply);
  const answer = parsed(reply.body) as { receipts?: unknown; wipe?: { order?: unknown; sig?: unknown } };
  if (!Array.isArray(answer?.receipts) || answer.receipts.length !== sent.length) {
    return heldUp(sending, sent, { kind: "no_line", why: "portal" });
  }
  for (const [at, item] of sent.entries()) await answered(phone, device, item, answer.receipts[at]);
  if (phone.now() - began < SOON_MS) sending.bytes = Math.min(MOST_BYTES, sending.bytes * 2);
  const { order, sig } = answer.wipe ?? {};
  if (await isOrdered(device, order, sig)) return { kind: "wipe", order: order as string };
  return { kind: "more" };
}

async function answered(phone: Phone, device: Device, item: Item, receipt: unknown): Promise<void> {
  const said = await read(receipt, { id: item.id, digest: item.digest }, device);
  const { store, now } = phone;
  if (said.event === "forged") {
    await notReceived(phone, item, "forged");
    return;
  }
  const reference = said.reference ?? item.reference;
  const named = reference ? { reference } : {};
  if (said.isLeftOut) {
    await happened(store, item.id, "refused", now(), { ...named, reason: "files", nextAt: now() + NEXT_DAY_MS });
    return;
  }
  if (said.event !== "stored_without_files") {
    await happened(store, item.id, said.event, now(), { ...named, tries: 0 });
    return;
  }
  const missing = new Set(said.missing);
  const files = item.files.map((file) => ({ ...file, sent: !missing.has(file.sha256) }));
  const isRepeated = item.files.length > 0 && item.files.every(({ sent }) => sent);
  const wait = isRepeated ? backoff(item.tries + 1, Math.random()) : 0;
  await happened(store, item.id, said.event, now(), {
    ...named,
    files,
    tries: isRepeated ? item.tries + 1 : 0,
    nextAt: wait ? now() + wait : 0,
  });
}

async function refused(
  sending: Sending,
  items: readonly Item[],
  reply: Extract<Reply, { kind: "problem" }>,
): Promise<Outcome> {
  const { phone } = sending;
  const isForAll = reply.status === 401;
  if (items.length > 1 && !isForAll) {
    sending.most = 1;
    await all(phone, items, "interrupted");
    return { kind: "more" };
  }
  for (const item of items) await notReceived(phone, item, reasonOf(reply));
  return { kind: isForAll ? "not_known" : "more" };
}

async function notReceived(phone: Phone, item: Item, reason: Reason): Promise<void> {
  const event = reason === "forged" ? "forged" : "refused";
  const nextAt = phone.now() + AGAIN_MS;
  await happened(phone.store, item.id, event, phone.now(), { reason, nextAt, tries: item.tries + 1 });
}

function reasonOf({ status, slug }: Extract<Reply, { kind: "problem" }>): Reason {
  if (status === 401) return "unknown_phone";
  if (status === 413) return "too_large";
  return slug === "not-practised" ? "practice" : "refused";
}

async function all({ store, now }: Phone, items: readonly Item[], event: Event): Promise<void> {
  for (const item of items) await happened(store, item.id, event, now());
}

/** Return the first forms that fit together; at least one. */
export function fitting(items: readonly Item[], most: number): readonly Item[] {
  let bytes = 0;
  const at = items.findIndex((item, index) => {
    bytes += item.bytes + 1;
    return index > 0 && bytes > most;
  });
  return at < 0 ? items : items.slice(0, at);
}

async function posted(bodies: readonly string[]): Promise<Ask> {
  const plain: Bytes = utf8(`{"submissions":[${bodies.join(",")}]}`);
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (squeezes()) headers["Content-Encoding"] = "gzip";
  return { body: await squeezed(plain), headers, isGood: says("application/json") };
}
