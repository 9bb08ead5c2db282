/**
 * Keeps a form on the node at every answer: one save at a time, the newest last.
 *
 * A line that is gone is waited for, and what was typed stays here meanwhile; what the node
 * refuses is not asked again by itself. A colleague who saved in between is told of, and
 * before somebody has chosen nothing is overwritten and nothing finished.
 */
import { type ShallowRef, shallowRef } from "vue";
import type { Attachment, Filled } from "../contracts";
import { type DeskNode, type Kept, type NodeFile, Refusal, type Shown } from "./node";

/** What stands between what is typed and what the node keeps. */
export type Standing =
  | { readonly kind: "saved"; readonly at: string }
  | { readonly kind: "saving" }
  | { readonly kind: "no_line" }
  | { readonly kind: "busy" }
  | { readonly kind: "signed_out" }
  | { readonly kind: "clash"; readonly theirs: Kept }
  | { readonly kind: "refused"; readonly slug: string };

/** Whom a form is about, and what was shown when it was opened. */
export interface About {
  readonly child: string | null;
  readonly shown: Shown;
}

const AGAIN_MS = 5_000;
const PASSING: ReadonlySet<Standing["kind"]> = new Set(["no_line", "busy", "signed_out"]);
/** Said until an answer of the node says otherwise. */
const LASTING: ReadonlySet<Standing["kind"] | undefined> = new Set([...PASSING, "refused"]);

export class Saver {
  readonly standing: ShallowRef<Standing | undefined> = shallowRef();
  /** What was sent and never answered: the node may have kept it all the same. */
  #unanswered = new Set<string>();
  #files = new Map<string, NodeFile & { readonly blob?: Blob }>();
  #waiting: Filled | undefined;
  #running: Promise<void> | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly node: DeskNode,
    readonly id: string,
    private readonly about: About,
    private revision: number,
    files: readonly NodeFile[] = [],
    /** Those that have not come: they are named on, for they may come later. */
    private readonly missing: readonly NodeFile[] = [],
  ) {
    for (const file of files) this.#files.set(file.name, file);
  }

  /** Whether something that was typed is not on the node yet. */
  get isBehind(): boolean {
    return this.#waiting !== undefined || this.#running !== undefined;
  }

  /** Whether finishing loses nobody's answers: neither ours that wait nor a colleague's. */
  get mayFinish(): boolean {
    const kind = this.standing.value?.kind;
    return kind !== "clash" && (this.#waiting === undefined || kind === "refused");
  }

  /** What goes when the form is recorded: the draft, in the state that is known here. */
  get draft(): { readonly draft: string; readonly revision: number } | { readonly draft: null } {
    return this.revision > 0 ? { draft: this.id, revision: this.revision } : { draft: null };
  }

  /** Keep these answers; they take the place of any that wait. */
  keep(filled: Filled): void {
    this.#waiting = filled;
    this.#go();
  }

  /** Wait until nothing is under way; what could not be saved waits still. */
  async settled(): Promise<void> {
    this.#go();
    await this.#running;
  }

  /** Try again at once, after somebody has signed in or the line is back. */
  again(): void {
    if (this.#waiting) this.#go();
    else if (this.standing.value?.kind === "signed_out") this.standing.value = undefined;
  }

  /** Say what an error of the node stands for, where it was not asked to save. */
  async stopped(error: unknown): Promise<Standing> {
    const standing = await this.#standingOf(error);
    if (standing.kind !== "no_line" && standing.kind !== "busy") this.standing.value = standing;
    return standing;
  }

  /** Go on from what a colleague saved: with ours in its place, or with theirs. */
  resolve(theirs: Kept, mine: Filled | undefined): void {
    this.revision = theirs.revision;
    this.#waiting = mine;
    this.standing.value = undefined;
    if (mine) this.#go();
  }

  /** These files as the node knows them, and what is missing and named; new ones are brought. */
  async files(attachments: readonly Attachment[], answers: readonly string[]): Promise<readonly NodeFile[]> {
    const named = this.missing.filter(({ name }) => answers.some((text) => text.includes(name)));
    for (const { name, blob } of attachments) {
      const known = this.#files.get(name);
      const file = known && (!known.blob || known.blob === blob) ? known : undefined;
      const brought = file ?? { ...(await this.node.bring(name, blob)), blob };
      this.#files.set(name, brought);
      const { blob: _, ...said } = brought as NodeFile & { blob?: Blob };
      named.push(said);
    }
    return named;
  }

  async #standingOf(error: unknown): Promise<Standing> {
    if (!(error instanceof Refusal && error.isStale)) return standingOf(error);
    try {
      return { kind: "clash", theirs: await this.node.draft(this.id) };
    } catch (again) {
      return standingOf(again);
    }
  }

  #go(): void {
    if (this.#running || this.standing.value?.kind === "clash") return;
    clearTimeout(this.#again);
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting) {
      const filled = this.#waiting;
      if (!LASTING.has(this.standing.value?.kind)) this.standing.value = { kind: "saving" };
      try {
        const { xml, attachments, unasked = [], unaskedFiles = [], typed = [] } = filled;
        const answers = [xml, ...unasked.map(({ value }) => value)];
        const files = await this.files([...attachments, ...unaskedFiles], answers);
        const { child, shown } = this.about;
        const first = this.revision === 0 ? { opened: shown } : {};
        const beside = { child, files, unasked, typed };
        const saving = { revision: this.revision, instance_xml: xml, ...beside, ...first };
        const saved = await this.node.save(this.id, saving);
        this.revision = saved.revision;
        this.#unanswered.clear();
        if (this.#waiting === filled) this.#waiting = undefined;
        this.standing.value = { kind: "saved", at: saved.saved_at };
      } catch (error) {
        if (!(error instanceof Refusal)) this.#unanswered.add(stateOf({ ...filled, instance_xml: filled.xml }));
        const standing = await this.#standingOf(error);
        if (standing.kind === "clash" && this.#unanswered.has(stateOf(standing.theirs))) {
          this.revision = standing.theirs.revision;
          continue;
        }
        this.standing.value = standing;
        if (PASSING.has(standing.kind)) this.#again = setTimeout(() => this.again(), AGAIN_MS);
        return;
      }
    }
  }
}

type State = Pick<Filled, "unasked" | "typed"> & Pick<Kept, "instance_xml">;

/** What the node tells one state of a form from another by, whatever the order of names. */
function stateOf({ instance_xml, unasked = [], typed = [] }: State): string {
  const beside = [unasked, typed].map((all) => all.map((one) => Object.entries(one).sort()));
  return JSON.stringify([instance_xml, beside]);
}

/** What an error means for the person at the desk. */
export function standingOf(error: unknown): Standing {
  if (!(error instanceof Refusal)) return { kind: "no_line" };
  const { status, slug } = error;
  if (status === 401 || slug === "stale-page") return { kind: "signed_out" };
  if (status >= 500 || status === 429) return { kind: "busy" };
  const isTheNodes = slug !== "" || status === 413;
  return isTheNodes ? { kind: "refused", slug } : { kind: "no_line" };
}
