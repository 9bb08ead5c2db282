/**
 * Calls to a node: signed, and nothing that only looks like an answer is taken for one.
 *
 * A captive portal redirects, or says something else than was asked for: that is no line.
 * A wrong clock heals: the node says its time, and the call is made once more.
 */
import { type Bytes, sha256Hex, text } from "../vault/bytes";
import { signed } from "../vault/envelope";
import { retryAfterMs } from "./backoff";

export type Reply =
  | { readonly kind: "ok"; readonly status: number; readonly headers: Headers; readonly body: Bytes }
  | {
      readonly kind: "problem";
      readonly status: number;
      readonly slug: string;
      readonly members: Readonly<Record<string, unknown>>;
      readonly waitMs?: number;
    }
  | { readonly kind: "no_line"; readonly why: "offline" | "portal" | "busy"; readonly waitMs?: number };

/** Who is calling; a phone that is not let in yet has no more than its key. */
export interface Caller {
  readonly key: CryptoKey;
  readonly known?: { readonly token: string; readonly pass: string };
}

export interface Ask {
  readonly body?: Bytes;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the headers are those of a good answer to this. */
  readonly isGood: (headers: Headers) => boolean;
  readonly with?: "token" | "pass";
  readonly patienceMs?: number;
}

export interface Surroundings {
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly caller: () => Promise<Caller | undefined>;
  /** By how much the server's clock is ahead of this phone's. */
  readonly offset: () => number;
  readonly healed: (offsetMs: number) => Promise<void>;
  /** Before each path where the page itself is not at the node; empty in a browser. */
  readonly base?: string;
}

const PATIENCE_MS = 120_000;
const PROBLEM = "application/problem+json";
const SLUG = /\/problems\/([\w-]+)$/;
const BUSY = new Set([429, 500, 502, 503, 504, 507]);

export class Line {
  constructor(private readonly around: Surroundings) {}

  async call(method: string, path: string, ask: Ask): Promise<Reply> {
    const reply = await this.once(method, path, ask);
    if (reply.kind !== "problem" || reply.slug !== "stale-proof") return reply;
    const at = reply.members.server_time_ms;
    if (typeof at !== "number") return reply;
    await this.around.healed(at - this.around.now());
    return this.once(method, path, ask);
  }

  private async once(method: string, path: string, ask: Ask): Promise<Reply> {
    const headers: Record<string, string> = { Accept: "*/*", ...ask.headers };
    const caller = await this.around.caller();
    if (caller) Object.assign(headers, await this.proof(caller, method, path, ask));
    const stop = new AbortController();
    const patience = setTimeout(() => stop.abort(), ask.patienceMs ?? PATIENCE_MS);
    try {
      const response = await this.around.fetch((this.around.base ?? "") + path, {
        method,
        headers,
        body: ask.body ?? null,
        redirect: "manual",
        cache: "no-store",
        credentials: "omit",
        referrerPolicy: "no-referrer",
        signal: stop.signal,
      });
      return await this.read(response, ask);
    } catch {
      return { kind: "no_line", why: "offline" };
    } finally {
      clearTimeout(patience);
    }
  }

  private async proof(caller: Caller, method: string, path: string, ask: Ask): Promise<Record<string, string>> {
    const at = String(Math.round(this.around.now() + this.around.offset()));
    const digest = await sha256Hex(ask.body ?? new Uint8Array());
    const said = ["dodomu-proof/v1", method, path, digest, at].join("\n");
    const proof = { "Dodomu-Proof": `v1 ${at} ${await signed(caller.key, said)}` };
    if (!caller.known) return proof;
    const { token, pass } = caller.known;
    return { ...proof, Authorization: ask.with === "pass" ? `Pass ${pass}` : `Bearer ${token}` };
  }

  private async read(response: Response, ask: Ask): Promise<Reply> {
    const { status, headers } = response;
    const waitMs = retryAfterMs(headers.get("Retry-After"), this.around.now());
    const waiting = waitMs === undefined ? {} : { waitMs };
    if (isElsewhere(response)) return { kind: "no_line", why: "portal" };
    if (status >= 400 && typeOf(headers) === PROBLEM) {
      const members = ((await json(response)) ?? {}) as Record<string, unknown>;
      const slug = SLUG.exec(String(members.type))?.[1] ?? "";
      return { kind: "problem", status, slug, members, ...waiting };
    }
    if (BUSY.has(status)) return { kind: "no_line", why: "busy", ...waiting };
    const isBare = status === 204 || status === 304;
    if (status >= 400 || !(isBare || ask.isGood(headers))) return { kind: "no_line", why: "portal" };
    return { kind: "ok", status, headers, body: new Uint8Array(await response.arrayBuffer()) };
  }
}

/** A good answer says that it is of this type. */
export function says(type: string): (headers: Headers) => boolean {
  return (headers) => typeOf(headers) === type;
}

function typeOf(headers: Headers): string {
  return headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase() ?? "";
}

function isElsewhere({ type, status, redirected }: Response): boolean {
  return type === "opaqueredirect" || redirected || (status >= 300 && status < 400 && status !== 304);
}

async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

/** Read JSON; undefined where it is none. */
export function parsed(body: Bytes): unknown {
  try {
    return JSON.parse(text(body));
  } catch {
    return undefined;
  }
}
