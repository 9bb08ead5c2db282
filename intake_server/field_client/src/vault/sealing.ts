/**
 * A form as it leaves the phone: sealed to the site, with files that only it names.
 *
 * Outside stand the ids of the form and its version, when it was finished, and digests of
 * sealed bytes; whatever somebody answered is inside.
 */
import { type Bytes, squeezed, toBase64, utf8 } from "./bytes";
import { digestOf, type Heading, type Recipient, type Sealed, sealed } from "./envelope";

/** A photo or signature: what the answers call it, and how its sealed bytes are opened. */
export interface FileEntry {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly sha256: string;
  readonly sealed: string;
  readonly sealedSize: number;
  readonly key: Bytes;
}

export interface Correction {
  readonly instance_id: string;
  readonly entries: readonly {
    readonly field: string;
    readonly old: string;
    readonly new: string;
    readonly why: string;
  }[];
}

export interface Content extends Heading {
  readonly finalized: number;
  readonly state: "finished" | "unfinished";
  readonly worker: string;
  readonly xml?: string;
  readonly corrects?: Correction;
  readonly files: readonly FileEntry[];
}

/** An item as the API takes it. */
export interface WireItem {
  readonly instance_id: string;
  readonly form_id: string;
  readonly form_version: string;
  readonly finalized_at: string;
  readonly sealed: Sealed;
  readonly attachments: readonly { readonly name: string; readonly sha256: string; readonly size: number }[];
}

/** An item ready to be sent, and the digest that a receipt of it must carry. */
export interface Ready {
  readonly item: WireItem;
  readonly digest: string;
}

export async function readyItem(to: Recipient, content: Content): Promise<Ready> {
  const inside = {
    ...(content.xml === undefined ? {} : { xml: content.xml }),
    state: content.state,
    worker: content.worker,
    ...(content.corrects ? { corrects: content.corrects } : {}),
    attachments: content.files.map((file) => ({
      name: file.name,
      sha256: file.sha256,
      size: file.size,
      type: file.type,
      sealed: file.sealed,
      key: toBase64(file.key),
    })),
  };
  const closed = await sealed(to, content, await squeezed(utf8(JSON.stringify(inside))));
  const item = {
    instance_id: content.instanceId,
    form_id: content.formId,
    form_version: content.version,
    finalized_at: moment(content.finalized),
    sealed: closed,
    attachments: content.files.map(({ sealed: sha256, sealedSize }) => ({
      name: sha256,
      sha256,
      size: sealedSize,
    })),
  };
  return { item, digest: await digestOf(content, closed) };
}

/** Return a moment as RFC 3339 with the offset of where the phone is. */
export function moment(ms: number): string {
  const at = new Date(ms);
  const off = -at.getTimezoneOffset();
  const two = (n: number): string => String(Math.trunc(Math.abs(n))).padStart(2, "0");
  const local = new Date(ms + off * 60_000).toISOString().slice(0, -1);
  return `${local}${off < 0 ? "-" : "+"}${two(off / 60)}:${two(off % 60)}`;
}
