/** Photos and signatures go up after their form, each from where it stopped. */
import type { Reply } from "../net/line";
import { happened, type Item } from "./items";
import { called, heldUp, type Outcome, type Sending } from "./sending";

const PART = 131_072;
const TUS = { "Tus-Resumable": "1.0.0" };
const AGAIN_MS = 60 * 60_000;

/** Send what a form's node is missing; then the form is sent again, to have that signed. */
export async function sendFiles(sending: Sending, item: Item): Promise<Outcome> {
  const { store, now } = sending.phone;
  for (const { sha256, sent } of item.files) {
    if (sent) continue;
    const reply = await sendFile(sending, item.id, sha256);
    if (reply.kind === "no_line") return heldUp(sending, [item], reply);
    if (reply.kind === "problem") return notTaken(sending, item, reply);
    const fresh = await store.get("items", item.id);
    const files = (fresh ?? item).files.map((file) => (file.sha256 === sha256 ? { ...file, sent: true } : file));
    await happened(store, item.id, "interrupted", now(), { files });
  }
  await happened(store, item.id, "files_sent", now());
  return { kind: "more" };
}

async function notTaken(
  sending: Sending,
  item: Item,
  reply: Extract<Reply, { kind: "problem" }>,
): Promise<Outcome> {
  const { store, now } = sending.phone;
  if (reply.status === 404) {
    await happened(store, item.id, "again", now(), { nextAt: now() + AGAIN_MS, tries: item.tries + 1 });
    return { kind: "more" };
  }
  if (reply.slug === "daily-limit") {
    await happened(store, item.id, "interrupted", now(), { nextAt: now() + (reply.waitMs ?? AGAIN_MS) });
    return { kind: "more" };
  }
  if (reply.slug === "revoked" || reply.status === 429 || reply.status >= 500) {
    return heldUp(sending, [item], reply);
  }
  await happened(store, item.id, "refused", now(), {
    reason: "files",
    nextAt: now() + AGAIN_MS,
    tries: item.tries + 1,
  });
  return { kind: "more" };
}

async function sendFile(sending: Sending, owner: string, sha256: string): Promise<Reply> {
  const file = await sending.phone.store.get("files", [owner, sha256]);
  const path = `/api/v1/blobs/${sha256}`;
  const asked = { headers: TUS, isGood: isTus };
  let reply = await called(sending, "HEAD", path, asked);
  if (!file) return reply;
  for (let turns = 0; reply.kind === "ok"; turns += 1) {
    const offset = Number(reply.headers.get("Upload-Offset"));
    if (offset >= file.size) return reply;
    const body = file.bytes.slice(offset, offset + PART);
    const headers = {
      ...TUS,
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(offset),
      "Upload-Length": String(file.size),
    };
    const sent = await called(sending, "PATCH", path, { body, headers, isGood: isTus });
    const isOutOfPlace = sent.kind === "problem" && sent.slug === "wrong-offset" && turns < file.size / PART + 8;
    reply = isOutOfPlace ? await called(sending, "HEAD", path, asked) : sent;
  }
  return reply;
}

function isTus(headers: Headers): boolean {
  return headers.get("Tus-Resumable") !== null && /^\d+$/.test(headers.get("Upload-Offset") ?? "");
}
