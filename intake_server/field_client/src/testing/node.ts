/** A small node on the loopback: it opens what is sealed, signs receipts, and misbehaves. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync, gzipSync } from "node:zlib";
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { type Bytes, canonical, fromBase64, joined, sha256Hex, text, utf8 } from "../vault/bytes";
import { digestOf, isSigned, newSigner, publicText, signed } from "../vault/envelope";
import type { WireItem } from "../vault/sealing";

export interface Opened {
  readonly xml?: string;
  readonly state: string;
  readonly worker: string;
  readonly corrects?: { readonly instance_id: string };
  readonly attachments: readonly {
    readonly name: string;
    readonly sha256: string;
    readonly size: number;
    readonly type: string;
    readonly sealed: string;
    readonly key: string;
  }[];
}

export interface Said {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string | Bytes;
  readonly headers?: Readonly<Record<string, string>>;
}

type Fault = (request: IncomingMessage, body: Bytes) => Said | "hang up" | undefined;

const suite = new CipherSuite({
  kem: new DhkemP256HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** What a test sees of a node, and how it is made to misbehave. */
export class TestNode {
  readonly kept = new Map<string, { item: WireItem; opened: Opened; times: number }>();
  readonly blobs = new Map<string, Bytes>();
  readonly calls: string[] = [];
  readonly quarantines = new Set<string>();
  /** Forms of whose files it takes none. */
  readonly leavesOut = new Set<string>();
  fault: Fault | undefined;
  /** After an answer was made, and what it did is done: does it arrive? */
  lost: ((request: IncomingMessage) => boolean) | undefined;
  aheadMs = 0;
  revoked = false;
  forms: unknown[] = [];
  media = new Map<string, { readonly content: Bytes; readonly md5: string }>();
  publicKey = "";
  /** The one key that the code has let in, once it is used. */
  private isUsedBy: string | undefined;
  base = "";
  sites: Record<string, string> = {};
  private server: Server | undefined;

  constructor(
    readonly site: string,
    readonly seal: CryptoKeyPair,
    readonly receipt: CryptoKeyPair,
  ) {}

  async begin(): Promise<this> {
    this.server = createServer((request, response) => void this.answer(request, response));
    await new Promise<void>((resolve) => this.server?.listen(0, "127.0.0.1", resolve));
    this.base = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
    return this;
  }

  async end(): Promise<void> {
    this.server?.closeAllConnections();
    await new Promise((resolve) => this.server?.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = new Uint8Array(Buffer.concat(chunks));
    this.calls.push(`${request.method} ${request.url}`);
    const fault = this.fault?.(request, body);
    if (fault === "hang up") return void request.socket.destroy();
    const said = fault ?? (await this.said(request, body));
    if (this.lost?.(request)) return void request.socket.destroy();
    response.writeHead(said.status ?? 200, { "Content-Type": said.type ?? "application/json", ...said.headers });
    response.end(said.body ?? "");
  }

  private async said(request: IncomingMessage, body: Bytes): Promise<Said> {
    const path = request.url ?? "";
    if (path === "/api/v1/devices/enrol") return this.enrolled(request, body);
    const refusal = await this.refusal(request, body);
    if (refusal) return refusal;
    if (path === "/api/v1/submissions") return this.submitted(request, body);
    if (path.startsWith("/api/v1/blobs/")) return this.blob(request, path.slice(14), body);
    if (this.revoked && path !== "/api/v1/devices/me/wiped") return this.ordered();
    if (path === "/api/v1/devices/me") return { body: JSON.stringify(await this.facts()) };
    if (path === "/api/v1/devices/me/wiped") return { body: '{"wiped":"2026-11-28T10:00:00Z"}' };
    if (path === "/api/v1/forms") {
      return { body: JSON.stringify({ forms: this.forms }), headers: { ETag: '"list"' } };
    }
    return this.medium(path);
  }

  private async refusal(request: IncomingMessage, body: Bytes, key = this.publicKey): Promise<Said | undefined> {
    const [, at, signature] = /^v1 (\d+) (\S+)$/.exec(String(request.headers["dodomu-proof"])) ?? [];
    if (!at || !signature) return problem(401, "unauthenticated");
    const said = ["dodomu-proof/v1", request.method, request.url, await sha256Hex(body), at].join("\n");
    if (!(await isSigned(key, said, signature))) return problem(401, "unauthenticated");
    const now = Date.now() + this.aheadMs;
    const isStale = Math.abs(now - Number(at)) > 600_000;
    return isStale ? problem(401, "stale-proof", { server_time_ms: now }) : undefined;
  }

  private async enrolled(request: IncomingMessage, body: Bytes): Promise<Said> {
    const { code, public_key } = JSON.parse(text(body)) as { code: string; public_key: string };
    const refusal = await this.refusal(request, body, public_key);
    if (String(refusal?.body).includes("stale-proof")) return refusal as Said;
    const isTheirs = this.isUsedBy === undefined || (this.isUsedBy === public_key && !refusal);
    if (code !== "ABCDE12345" || !isTheirs) return problem(404, "unknown-code");
    this.publicKey = this.isUsedBy = public_key;
    return { body: JSON.stringify({ ...(await this.facts()), token: "t0ken" }) };
  }

  async facts(): Promise<Record<string, unknown>> {
    return {
      device_id: "d1",
      label: "Phone",
      site: this.site,
      site_title: { uk: "Центр", en: "Centre" },
      seal_key: await publicText(this.seal),
      receipt_key: await publicText(this.receipt),
      pass: "cGFzcw==.c2ln",
      lease_until: "2026-12-28T00:00:00Z",
      defaults: { return_channel: "ngo" },
      practice: false,
      sites: this.sites,
      sites_sig: await signed(this.receipt.privateKey, canonical(this.sites)),
      forms: [],
    };
  }

  async order(): Promise<{ readonly order: string; readonly sig: string }> {
    const order = "dodomu/wipe/v1|d1|2026-11-28T10:00:00Z";
    return { order, sig: await signed(this.receipt.privateKey, order) };
  }

  private async ordered(): Promise<Said> {
    const { order, sig } = await this.order();
    return problem(401, "revoked", { wipe_order: order, wipe_sig: sig });
  }

  private async submitted(request: IncomingMessage, body: Bytes): Promise<Said> {
    const plain = request.headers["content-encoding"] === "gzip" ? new Uint8Array(gunzipSync(body)) : body;
    const { submissions } = JSON.parse(text(plain)) as { submissions: WireItem[] };
    const receipts = [];
    for (const item of submissions) receipts.push(await this.taken(item));
    const { order, sig } = await this.order();
    return { body: JSON.stringify({ receipts, ...(this.revoked ? { wipe: { order, sig } } : {}) }) };
  }

  private async taken(item: WireItem): Promise<Record<string, unknown>> {
    const before = this.kept.get(item.instance_id);
    const opened = before?.opened ?? (await this.opened(item));
    this.kept.set(item.instance_id, { item, opened, times: (before?.times ?? 0) + 1 });
    const isOdd = this.quarantines.has(item.instance_id) || opened.state === "unfinished";
    const status = isOdd ? "quarantined" : before ? "duplicate" : "stored";
    const heading = { instanceId: item.instance_id, formId: item.form_id, version: item.form_version };
    const sha256 = await digestOf(heading, item.sealed);
    const isLeftOut = this.leavesOut.has(item.instance_id);
    const absent = item.attachments
      .filter(({ sha256: each, size }) => this.blobs.get(each)?.length !== size)
      .map(({ sha256: each }) => each);
    const missing = isLeftOut ? [] : absent;
    const reference = isOdd ? undefined : "K7M2Q4XW";
    const said = [item.instance_id, sha256, status, reference ?? "", missing.join(",")].join("|");
    const sig = await signed(this.receipt.privateKey, said);
    const left = isLeftOut ? { left_out: absent.map((each) => ({ reason: "too-large", sha256: each })) } : {};
    return { instance_id: item.instance_id, sha256, status, reference, missing, ...left, documents: [], by: this.site, sig };
  }

  private async opened(item: WireItem): Promise<Opened> {
    if (item.sealed.to !== this.site) return { state: "finished", worker: "", attachments: [] };
    const info = `dodomu/submission/v1|${item.sealed.to}|${item.form_id}|${item.instance_id}`;
    const plain = new Uint8Array(
      await suite.open(
        {
          recipientKey: this.seal,
          enc: fromBase64(item.sealed.enc).buffer,
          info: utf8(info).buffer,
        },
        fromBase64(item.sealed.ct).buffer,
      ),
    );
    const isSqueezed = plain[0] === 0x1f && plain[1] === 0x8b;
    return JSON.parse(text(isSqueezed ? new Uint8Array(gunzipSync(plain)) : plain)) as Opened;
  }

  private async blob(request: IncomingMessage, sha256: string, body: Bytes): Promise<Said> {
    const named = [...this.kept.values()].flatMap(({ item }) => item.attachments);
    const size = named.find((each) => each.sha256 === sha256)?.size;
    if (size === undefined) return problem(404, "not-found");
    const before = this.blobs.get(sha256) ?? new Uint8Array();
    if (request.method === "PATCH") {
      if (Number(request.headers["upload-offset"]) !== before.length) return problem(409, "wrong-offset");
      const whole = joined([before, body]);
      this.blobs.set(sha256, whole);
      if (whole.length === size && (await sha256Hex(whole)) !== sha256) return problem(422, "wrong-file");
    }
    const here = this.blobs.get(sha256)?.length ?? 0;
    const headers = { "Tus-Resumable": "1.0.0", "Upload-Offset": String(here), "Upload-Length": String(size) };
    return { status: request.method === "HEAD" ? 200 : 204, type: "text/html", headers };
  }

  private medium(path: string): Said {
    const url = new URL(path, this.base);
    const found = this.media.get(url.pathname);
    if (!found) return problem(404, "not-found");
    const whole = new Uint8Array(gzipSync(found.content));
    const piece = whole.slice(Number(url.searchParams.get("from")), Number(url.searchParams.get("until")));
    const headers = { ETag: `"${found.md5}-gzip"`, "X-Squeezed-Bytes": String(whole.length) };
    return { body: piece, type: "application/gzip", headers };
  }
}

export async function aNode(site = "chernihiv"): Promise<TestNode> {
  const seal = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
  return new TestNode(site, seal, await newSigner()).begin();
}

export function problem(status: number, slug: string, members: Record<string, unknown> = {}): Said {
  const body = JSON.stringify({ type: `/problems/${slug}`, title: slug, status, ...members });
  return { status, type: "application/problem+json", body };
}

