/**
 * Answers of questions that are not asked now. The engine shows none of them and writes none
 * into the XML; a draft must not lose them, for an answer by mistake can hide a whole form.
 */
import type { Attachment, Unasked } from "../contracts";
import { type Part, type Question, questions, type Repeat } from "./parts";

const FILES: ReadonlySet<string> = new Set(["image", "audio", "file"]);

/** An answer, and by what the rows of its long list were chosen. */
type Answer = Pick<Unasked, "value" | "only">;

export class Hidden {
  /** By question: its last answer while it was asked, and the one that is hidden now. */
  readonly #seen = new Map<string, Answer>();
  readonly #hidden = new Map<string, Answer>();
  /** Questions that the engine never had the answer of. */
  readonly #kept = new Set<string>();
  readonly #files: ReadonlyMap<string, Attachment>;
  /** Those whose rows are not there, for the rows are hidden too. */
  #waiting: readonly Unasked[];

  constructor(unasked: readonly Unasked[] = [], files: readonly Attachment[] = []) {
    this.#waiting = unasked;
    this.#files = new Map(files.map((file) => [file.name, file]));
  }

  /** That a question was answered while it is not asked. */
  answered({ id, isRelevant }: Question, value: string): void {
    if (!isRelevant) this.#hidden.set(id, { value });
  }

  /** After each change: note what was hidden, and give back what is asked again. */
  follow(parts: readonly Part[]): void {
    let isOver = false;
    while (!isOver) {
      this.#meet(parts);
      isOver = ![...questions(parts)].some((question) => this.#look(question));
    }
  }

  unasked(parts: readonly Part[]): Unasked[] {
    const hidden = [...questions(parts)].flatMap(({ id, isRelevant, kind, reference }): Unasked[] => {
      const answer = isRelevant ? undefined : this.#hidden.get(id);
      if (!answer?.value) return [];
      return [{ reference, ...answer, ...(FILES.has(kind) ? { isFile: true } : {}) }];
    });
    return [...hidden, ...this.#waiting];
  }

  /** Find the questions of what waits; rows that are asked again are made for it. */
  #meet(parts: readonly Part[]): void {
    if (this.#waiting.length === 0) return;
    for (const repeat of repeats(parts)) {
      const rows = Math.max(0, ...this.#waiting.map(({ reference }) => rowOf(reference, repeat)));
      for (let row = repeat.rows.length; row < rows; row += 1) void repeat.add();
    }
    const all = new Map([...questions(parts)].map((question) => [question.reference, question]));
    this.#waiting = this.#waiting.filter(({ reference, value, only }) => {
      const question = all.get(reference);
      if (!question) return true;
      this.#hidden.set(question.id, only === undefined ? { value } : { value, only });
      this.#kept.add(question.id);
      return false;
    });
  }

  /** Note what a question holds; true where it was given its answer back. */
  #look(question: Question): boolean {
    const { id, isRelevant, value } = question;
    const hidden = this.#hidden.get(id);
    if (!isRelevant) {
      const seen = this.#seen.get(id);
      if (!hidden && seen) this.#hidden.set(id, seen);
      return false;
    }
    const only = question.list && JSON.stringify(question.list.only);
    this.#seen.set(id, only === undefined ? { value } : { value, only });
    this.#hidden.delete(id);
    if (!this.#kept.delete(id) || !hidden || value !== "" || question.isReadonly) return false;
    if (hidden.only !== undefined && hidden.only !== only) return false;
    return this.#gaveBack(question, hidden.value);
  }

  #gaveBack(question: Question, value: string): boolean {
    try {
      const file = this.#files.get(value);
      if (FILES.has(question.kind)) {
        if (file) question.setFile(new File([file.blob], file.name, { type: file.type }));
      } else question.set(value);
      return true;
    } catch {
      return false;
    }
  }
}

function rowOf(reference: string, { reference: repeat, isRelevant, isCounted }: Repeat): number {
  if (!isRelevant || isCounted || !reference.startsWith(`${repeat}[`)) return 0;
  return Number.parseInt(reference.slice(repeat.length + 1), 10);
}

function repeats(parts: readonly Part[]): Repeat[] {
  return parts.flatMap((part) => {
    if (part.part === "question") return [];
    const below = part.part === "group" ? part.parts : part.rows;
    return part.part === "repeat" ? [part, ...repeats(below)] : repeats(below);
  });
}
