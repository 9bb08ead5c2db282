/** Whether a receipt is one: signed by a node that this phone knows, of what was sent. */
import { isSigned } from "../vault/envelope";
import type { Device } from "../vault/store";
import type { Event } from "./machine";

export interface Sent {
  readonly id: string;
  readonly digest: string;
}

export type Read =
  | {
      readonly event: Exclude<Event, "forged">;
      readonly missing: readonly string[];
      /** Whether the node says of some file that it takes it never. */
      readonly isLeftOut: boolean;
      readonly reference?: string;
    }
  | { readonly event: "forged" };

type Pins = Pick<Device, "site" | "receiptKey" | "sites">;

const FORGED = { event: "forged" } as const;

/** Read what a node says of one item; anything that does not fit is not a receipt. */
export async function read(receipt: unknown, sent: Sent, pins: Pins): Promise<Read> {
  const said = fields(receipt);
  if (!said || said.id !== sent.id || said.digest !== sent.digest) return FORGED;
  const key = said.by === pins.site ? pins.receiptKey : own(pins.sites, said.by);
  if (!key) return FORGED;
  const text = [said.id, said.digest, said.status, said.reference ?? "", said.missing.join(",")].join("|");
  if (!(await isSigned(key, text, said.signature))) return FORGED;
  const event = eventOf(said.status, said.missing.length > 0);
  if (!event) return FORGED;
  const { missing, isLeftOut, reference } = said;
  return { event, missing, isLeftOut: isLeftOut && !missing.length, ...(reference ? { reference } : {}) };
}

function eventOf(status: string, isMissing: boolean): Exclude<Event, "forged"> | undefined {
  if (!["stored", "duplicate", "quarantined"].includes(status)) return undefined;
  if (isMissing) return "stored_without_files";
  return status === "quarantined" ? "set_aside" : "stored";
}

interface Fields {
  readonly id: string;
  readonly digest: string;
  readonly status: string;
  readonly by: string;
  readonly signature: string;
  readonly missing: readonly string[];
  readonly reference?: string;
  readonly isLeftOut: boolean;
}

function fields(receipt: unknown): Fields | undefined {
  if (!receipt || typeof receipt !== "object") return undefined;
  const { instance_id, sha256, status, by, sig, missing, reference, left_out } = receipt as Record<
    string,
    unknown
  >;
  const texts = [instance_id, sha256, status, by, sig];
  if (!texts.every((each) => typeof each === "string")) return undefined;
  if (!Array.isArray(missing) || !missing.every((each) => typeof each === "string")) return undefined;
  const [id, digest, state, site, signature] = texts as [string, string, string, string, string];
  return {
    id,
    digest,
    status: state,
    by: site,
    signature,
    missing,
    isLeftOut: Array.isArray(left_out) && left_out.length > 0,
    ...(typeof reference === "string" ? { reference } : {}),
  };
}

function own(keys: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(keys, name) ? keys[name] : undefined;
}
