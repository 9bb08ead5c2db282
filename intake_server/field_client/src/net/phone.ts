/**
 * This phone at its node: let in once by a code, known from then on by a key of its own.
 *
 * The keys of the site are pinned when the phone is let in. Whatever is said later changes
 * neither; other sites' keys count only with the own site's signature.
 */
import { canonical, utf8 } from "../vault/bytes";
import { isSigned, newSigner, publicText } from "../vault/envelope";
import { type Device, deviceOf, type Store } from "../vault/store";
import { isOrdered } from "../vault/wiping";
import type { FormSaid } from "./forms";
import { Line, parsed, type Reply, says } from "./line";

const JSON_TYPE = "application/json";
const LENGTH = 10;
/** A clock that is set by hand is right to the minute. */
const NEAR_MS = 2 * 60_000;

export interface Phone {
  readonly store: Store;
  readonly line: Line;
  readonly now: () => number;
  /** By how much the server's clock is ahead. */
  offset: number;
}

export interface Around {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly base?: string;
}

export async function phoneOf(store: Store, around: Around): Promise<Phone> {
  const phone = { store, now: around.now, offset: ((await store.get("device", "offset")) as number) ?? 0 };
  const line = new Line({
    ...around,
    offset: () => phone.offset,
    healed: async (offset) => {
      phone.offset = offset;
      await store.put("device", offset, "offset");
    },
    caller: async () => {
      const device = await deviceOf(store);
      const keys = (await store.get("device", "keys")) as CryptoKeyPair | undefined;
      return keys && { key: keys.privateKey, ...(device ? { known: device } : {}) };
    },
  });
  return Object.assign(phone, { line });
}

/**
 * The phone's clock jumped: where that was what it was wrong by, it was set right.
 *
 * A phone that slept jumps too, by another length; what is then wrong heals at the next call.
 */
export async function clockSet(phone: Phone, jump: number): Promise<void> {
  if (Math.abs(jump) <= 2 * NEAR_MS || Math.abs(phone.offset - jump) > NEAR_MS) return;
  phone.offset -= jump;
  await phone.store.put("device", phone.offset, "offset");
}

/** Return a typed or scanned code; undefined where it has not ten characters. */
export function code(typed: string): string | undefined {
  const after = /[#?&]code=([^&\s]+)/.exec(typed)?.[1];
  const letters = decodeURIComponent(after ?? typed).replace(/[\s-]/g, "");
  return [...letters].length === LENGTH ? letters : undefined;
}

export type Enrolled = "in" | "unknown_code" | "too_many" | "no_line" | "no_keys" | "not_taken";

/**
 * Be let in by a code. The key is kept before it is used, and signs: so where the answer
 * was lost, the node knows by whom it is asked again and gives the same answer. A phone
 * that its node has forgotten is let in anew; what it has pinned stays pinned.
 */
export async function enrol(phone: Phone, typed: string): Promise<Enrolled> {
  const sent = code(typed);
  if (!sent) return "unknown_code";
  const body = { code: sent, label: "", public_key: await publicText(await keysOf(phone.store)) };
  const reply = await phone.line.call("POST", "/api/v1/devices/enrol", {
    body: utf8(JSON.stringify(body)),
    headers: { "Content-Type": JSON_TYPE },
    isGood: says(JSON_TYPE),
  });
  if (reply.kind !== "ok") return refusal(reply);
  const said = parsed(reply.body);
  const device = await deviceFrom(said);
  if (!device) return "no_line";
  if (!device.sealKey || !device.receiptKey) return "no_keys";
  const before = await deviceOf(phone.store);
  if (before && !isSamePlace(before, device)) return "not_taken";
  await phone.store.put("device", device, "device");
  return "in";
}

function isSamePlace(before: Device, now: Device): boolean {
  return (["site", "sealKey", "receiptKey"] as const).every((name) => before[name] === now[name]);
}

function refusal(reply: Exclude<Reply, { kind: "ok" }>): Enrolled {
  if (reply.kind === "no_line") return "no_line";
  if (reply.slug === "unknown-code" || reply.status === 404) return "unknown_code";
  return reply.slug === "too-many-attempts" ? "too_many" : "not_taken";
}

export type Known = "known" | "no_line" | "not_known" | "over" | { readonly wipe: string };

/** Ask what is known of this phone, and have its time begin anew. */
export async function refreshed(phone: Phone): Promise<Known> {
  const before = await deviceOf(phone.store);
  if (!before) return "not_known";
  const reply = await phone.line.call("GET", "/api/v1/devices/me", { isGood: says(JSON_TYPE) });
  if (reply.kind === "no_line") return "no_line";
  if (reply.kind === "problem") return told(before, reply);
  const said = await deviceFrom(parsed(reply.body), before);
  if (said) await phone.store.put("device", said, "device");
  return said ? "known" : "no_line";
}

async function told(device: Device, reply: Extract<Reply, { kind: "problem" }>): Promise<Known> {
  const order = await orderIn(device, reply);
  if (order) return { wipe: order };
  if (reply.slug === "lease-over") return "over";
  return reply.status === 401 ? "not_known" : "no_line";
}

/** Return the order to wipe that a refusal carries, if the own site has signed it. */
export async function orderIn(
  device: Device,
  reply: Extract<Reply, { kind: "problem" }>,
): Promise<string | undefined> {
  if (reply.slug !== "revoked") return undefined;
  const { wipe_order: order, wipe_sig: signature } = reply.members;
  return (await isOrdered(device, order, signature)) ? (order as string) : undefined;
}

/** Say that nothing is left; it matters little whether this arrives. */
export async function saidWiped(phone: Phone): Promise<boolean> {
  const reply = await phone.line.call("POST", "/api/v1/devices/me/wiped", { isGood: says(JSON_TYPE) });
  return reply.kind === "ok";
}

async function keysOf(store: Store): Promise<CryptoKeyPair> {
  const known = (await store.get("device", "keys")) as CryptoKeyPair | undefined;
  if (known) return known;
  const made = await newSigner();
  await store.put("device", made, "keys");
  return made;
}

interface Said {
  readonly device_id: string;
  readonly token?: string;
  readonly label?: string;
  readonly site: string;
  readonly site_title?: { readonly uk?: string; readonly en?: string };
  readonly seal_key: string | null;
  readonly receipt_key: string | null;
  readonly pass: string | null;
  readonly lease_until: string | null;
  readonly defaults?: Readonly<Record<string, string>>;
  readonly practice?: boolean;
  readonly sites?: Readonly<Record<string, string>>;
  readonly sites_sig?: string | null;
  readonly forms?: readonly FormSaid[];
}

async function deviceFrom(answer: unknown, before?: Device): Promise<Device | undefined> {
  const said = answer as Said | undefined;
  if (typeof said?.device_id !== "string" || typeof said.site !== "string") return undefined;
  if (before ? before.id !== said.device_id : typeof said.token !== "string") return undefined;
  const receiptKey = before?.receiptKey ?? said.receipt_key ?? "";
  return {
    id: said.device_id,
    token: before?.token ?? said.token ?? "",
    label: said.label ?? "",
    site: before?.site ?? said.site,
    siteTitle: { uk: said.site_title?.uk ?? said.site, en: said.site_title?.en ?? said.site },
    sealKey: before?.sealKey ?? said.seal_key ?? "",
    receiptKey,
    pass: said.pass ?? before?.pass ?? "",
    leaseUntil: said.lease_until ?? "",
    defaults: said.defaults ?? {},
    practice: said.practice ?? false,
    sites: (await neighbours(receiptKey, said)) ?? before?.sites ?? {},
  };
}

async function neighbours(receiptKey: string, said: Said): Promise<Readonly<Record<string, string>> | undefined> {
  if (!said.sites || !said.sites_sig) return undefined;
  const isGood = await isSigned(receiptKey, canonical(said.sites), said.sites_sig);
  return isGood ? said.sites : undefined;
}
