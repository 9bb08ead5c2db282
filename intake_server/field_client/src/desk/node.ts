/**
 * What a desk asks of its node: to open a form about a child, to keep it unfinished at
 * every answer, and to take it in. The person is known by the session of their pages.
 *
 * Every call can be made twice. What the node refuses is said as a `Refusal`; where there
 * is no line the promise is rejected with a `TypeError`, as `fetch` does. Whoever has signed
 * in anew meanwhile goes on.
 */
import { ref, type Ref } from "vue";
import type { Typed, Unasked } from "../contracts";
import { sha256Hex } from "../vault/bytes";

export type Heads = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** A question by its reference in the form; `row` counts the rows of its repeat from 0. */
export interface At {
  readonly ref: string;
  readonly row?: number;
}

export interface NodeFile {
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
}

export interface Person {
  readonly id: string;
  readonly name: string;
}

/** A form that stands open: what it is about, what was shown, what is kept of it. */
export interface Opening {
  readonly form_id: string;
  readonly version: string;
  readonly title: { readonly uk: string; readonly en: string };
  /** Missing where this version is published here no longer. */
  readonly xform_url?: string;
  readonly media?: readonly { readonly name: string; readonly url: string }[];
  readonly child: { readonly doc: string; readonly reference: string; readonly name: string } | null;
  readonly instance_id: string;
  readonly corrects: string | null;
  readonly goes_on: { readonly since: string; readonly event: string } | null;
  readonly instance_xml: string;
  readonly based_on: Heads;
  readonly anew: Heads;
  readonly standing: readonly (At & { readonly value: string })[];
  readonly contested: readonly (At & { readonly name: string })[];
  readonly withheld: readonly (At & { readonly name: string })[];
  /** One of this child and form that the team has begun already. */
  readonly draft?: { readonly id: string } | null;
  readonly csrf: string;
}

/** An unfinished form as the node keeps it. */
export interface Kept extends Opening {
  readonly id: string;
  readonly revision: number;
  readonly begun_at: string;
  readonly saved_at: string;
  readonly author: Person;
  readonly saved_by: Person;
  readonly owner: Person | null;
  readonly moved: boolean;
  /** All that it names, what is not asked now included. */
  readonly files: readonly NodeFile[];
  readonly unasked: readonly Unasked[];
  readonly typed: readonly Typed[];
}

/** What was shown when a form was opened; kept with its first save. */
export type Shown = Pick<
  Opening,
  "based_on" | "anew" | "standing" | "contested" | "withheld" | "goes_on"
>;

export interface Saving {
  readonly revision: number;
  readonly instance_xml: string;
  readonly child: string | null;
  readonly opened?: Shown;
  readonly files: readonly NodeFile[];
  readonly unasked: readonly Unasked[];
  readonly typed: readonly Typed[];
}

export interface Finishing {
  readonly draft: string | null;
  /** Which state of the draft is known; another is not finished. */
  readonly revision?: number;
  readonly instance_xml: string;
  readonly finalized_at: string;
  readonly based_on: Heads;
  readonly anew: Heads;
  readonly attachments: readonly NodeFile[];
}

export interface Outcome {
  readonly receipt: {
    readonly status: "stored" | "duplicate" | "quarantined";
    readonly reference?: string | null;
    readonly missing: readonly string[];
  };
  readonly questions: readonly { readonly qid: string; readonly href: string; readonly name: string }[];
  readonly changed: number;
  readonly child_href: string | null;
}

/** What a node says instead of doing what was asked; stale where a colleague was faster. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly slug: string,
    readonly isStale = false,
  ) {
    super(slug);
  }
}

/** What the client's own files are, by the end of their names. */
const TYPES: Readonly<Record<string, string>> = { jpg: "image/jpeg", png: "image/png" };

const STALE_PAGE = "stale-page";

/** A node as a desk speaks with it; the word against forged requests is kept up to date. */
export class DeskNode {
  /** Whether the person practises, as the node said last. */
  readonly isPractising: Ref<boolean> = ref(false);
  #csrf = "";

  /** Open what an address names: `child` and `form`, `form`, `draft`, or `unfinished`. */
  async open(asked: URLSearchParams): Promise<Opening | Kept> {
    const [child, form] = [asked.get("child"), asked.get("form")];
    const [draft, unfinished] = [asked.get("draft"), asked.get("unfinished")];
    if (draft) return this.draft(draft);
    if (unfinished) {
      await this.#json("GET", "drafts");
      return this.#json("POST", `unfinished/${unfinished}`, {});
    }
    if (child) return this.#json("GET", `children/${child}/forms/${form}`);
    return this.#json("GET", `forms/${form}`);
  }

  async draft(id: string): Promise<Kept> {
    return this.#json("GET", `drafts/${id}`);
  }

  async save(id: string, saving: Saving): Promise<{ revision: number; saved_at: string }> {
    return this.#json("PUT", `drafts/${id}`, saving);
  }

  async finish(finishing: Finishing): Promise<Outcome> {
    return this.#json("POST", "submissions", finishing);
  }

  /** Bring the bytes of a file; return how the draft names it. */
  async bring(name: string, blob: Blob): Promise<NodeFile> {
    const sha256 = await sha256Hex(await blob.arrayBuffer());
    await this.#ask("PUT", `files/${sha256}`, blob, blob.type || "application/octet-stream");
    return { name, sha256, size: blob.size };
  }

  /** Fetch the bytes of a file that a draft names; nothing where they have not come. */
  async file(draft: string, { name, sha256 }: NodeFile): Promise<Blob | undefined> {
    const answer = await this.#ask("GET", `files/${sha256}?draft=${draft}`).catch(noneThere);
    if (!answer) return undefined;
    const type = TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "";
    return new Blob([await answer.arrayBuffer()], { type });
  }

  /** Fetch a form or a file beside it. */
  async part(address: string): Promise<Blob> {
    return (await good(await fetch(address, { credentials: "same-origin" }))).blob();
  }

  async #json<T>(method: string, path: string, said?: unknown): Promise<T> {
    const body = said === undefined ? undefined : JSON.stringify(said);
    const answer = await this.#ask(method, path, body, "application/json");
    const found = (await answer.json()) as T & { csrf?: string };
    if (found.csrf) this.#csrf = found.csrf;
    return found;
  }

  async #ask(method: string, path: string, body?: BodyInit, type = ""): Promise<Response> {
    const send = async (): Promise<Response> => {
      const headers: Record<string, string> = { Accept: "application/json" };
      if (body !== undefined) headers["Content-Type"] = type;
      if (method !== "GET") headers["X-CSRF-Token"] = this.#csrf;
      const about: RequestInit = { method, headers, credentials: "same-origin" };
      if (body !== undefined) about.body = body;
      const answer = await fetch(`/desk/${path}`, about);
      this.isPractising.value = answer.headers.has("Dodomu-Practice");
      return good(answer);
    };
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof Refusal && error.slug === STALE_PAGE) || method === "GET") throw error;
      await this.#json("GET", "drafts");
      return send();
    }
  }
}

function noneThere(error: unknown): undefined {
  if (!(error instanceof Refusal && error.status === 404)) throw error;
}

async function good(answer: Response): Promise<Response> {
  if (answer.ok && !answer.redirected) return answer;
  const problem = await problemOf(answer);
  throw new Refusal(answer.status, problem, problem === "stale-draft");
}

async function problemOf(answer: Response): Promise<string> {
  try {
    const said = (await answer.json()) as { type?: string };
    return said.type?.split("/").at(-1) ?? "";
  } catch {
    return "";
  }
}
