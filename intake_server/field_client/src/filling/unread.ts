/**
 * What is typed and is no answer: kept as it was typed, and counted among what is missing,
 * until it is mended. The form itself never gets it, so nothing but this knows of it.
 */
import { shallowReactive } from "vue";
import type { Typed } from "../contracts";
import { type Part, type Question, questions } from "../engine/parts";
import type { Text } from "../language";
import { T } from "./texts";

/** Why what is typed is no answer: the name of the text that says so. */
export type Why = "digits" | "tooLong" | "date" | "moment" | "hours" | "notPicked";

interface Entry {
  /** The texts of the question's fields, in their order. */
  readonly texts: readonly string[];
  readonly why: Why;
  /** Whether it may be told: nobody is interrupted while typing. */
  readonly isSaid: boolean;
}

const WHY: ReadonlySet<string> = new Set<Why>(["digits", "tooLong", "date", "moment", "hours", "notPicked"]);

export class Unread {
  readonly #entries = shallowReactive(new Map<string, Entry>());

  /** `heard` is called at each change. */
  constructor(private readonly heard: () => void) {}

  has({ id }: Question): boolean {
    return this.#entries.has(id);
  }

  /** What is wrong, once it may be told. */
  fault({ id }: Question): Text | undefined {
    const entry = this.#entries.get(id);
    return entry?.isSaid ? T[entry.why] : undefined;
  }

  /** What is typed, as one reads it over. */
  text({ id }: Question): string {
    return this.#entries.get(id)?.texts.filter(Boolean).join(" ") ?? "";
  }

  /** Note what is typed, and why it is no answer; nothing where it is one. */
  note({ id }: Question, typed?: { readonly texts: readonly string[]; readonly why: Why }): void {
    const before = this.#entries.get(id);
    if (typed) this.#entries.set(id, { ...typed, isSaid: before?.isSaid ?? false });
    else if (!this.#entries.delete(id)) return;
    this.heard();
  }

  /** The question was left: what is wrong may be told. */
  left({ id }: Question): void {
    const entry = this.#entries.get(id);
    if (entry) this.#entries.set(id, { ...entry, isSaid: true });
  }

  /** What a question's fields begin with when they are shown again. */
  begin(question: Question): readonly string[] | undefined {
    this.left(question);
    return this.#entries.get(question.id)?.texts;
  }

  /** All of it, to be kept with the answers. */
  written(parts: readonly Part[]): readonly Typed[] {
    return [...questions(parts)].flatMap(({ id, reference }) => {
      const entry = this.#entries.get(id);
      return entry ? [{ reference, texts: entry.texts, why: entry.why }] : [];
    });
  }

  /** Go on with what was kept; what no question of the form stands for any more is dropped. */
  restore(parts: readonly Part[], kept: readonly Typed[]): void {
    const all = new Map([...questions(parts)].map(({ id, reference }) => [reference, id]));
    for (const { reference, texts, why } of kept) {
      const id = all.get(reference);
      if (id && WHY.has(why)) this.#entries.set(id, { texts, why: why as Why, isSaid: true });
    }
  }
}
