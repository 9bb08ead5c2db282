/**
 * What a form is made of, as the screens see it: values are the texts that the XML of the
 * answers holds, and every property follows the answers and the language by itself.
 */

export type Kind =
  | "text"
  | "integer"
  | "decimal"
  | "date"
  | "dateTime"
  | "time"
  | "code"
  | "place"
  | "one"
  | "many"
  | "image"
  | "audio"
  | "file"
  | "note"
  | "acknowledge"
  | "other";

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** True where no other answer may stand beside it. */
  readonly isAlone: boolean;
}

/** What is wrong with an answer, in the form's own words or ours. */
export interface Fault {
  readonly kind: "required" | "constraint";
  /** Empty where the form says nothing. */
  readonly text: string;
}

/** A list outside the form, and which of its rows are offered now. */
export interface LongList {
  readonly file: string;
  readonly value: string;
  readonly label: string;
  /** Columns and what they must hold. */
  readonly only: Readonly<Record<string, string>>;
}

export interface Question {
  readonly part: "question";
  readonly id: string;
  readonly kind: Kind;
  readonly name: string;
  /** Where its answer stands: `/data/kin[2]/kin_name` is that of the second row. */
  readonly reference: string;
  readonly label: string;
  readonly hint: string;
  readonly isRelevant: boolean;
  readonly isRequired: boolean;
  readonly isReadonly: boolean;
  /** Words by which the form says how it would be shown. */
  readonly looks: ReadonlySet<string>;
  readonly value: string;
  readonly fault: Fault | undefined;
  readonly choices: readonly Choice[];
  readonly list: LongList | undefined;
  readonly file: File | undefined;
  /** The longest side that a picture may have, in pixels. */
  readonly maxPixels: number | undefined;
  set(value: string): void;
  setFile(file: File | undefined): void;
}

export interface Group {
  readonly part: "group";
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly isRelevant: boolean;
  readonly parts: readonly Part[];
}

export interface Repeat {
  readonly part: "repeat";
  readonly id: string;
  readonly name: string;
  readonly label: string;
  readonly isRelevant: boolean;
  /** Where it stands: its third row is `/data/kin[3]`. */
  readonly reference: string;
  /** True where the form counts the rows itself. */
  readonly isCounted: boolean;
  readonly rows: readonly Group[];
  /** Add a row at the end; it is there when this is over. */
  add(): Promise<void>;
  /** Remove a row by its id; one that is there no more is passed over. */
  remove(row: string): Promise<void>;
}

export type Part = Question | Group | Repeat;

/** What is shown at once. */
export interface Page {
  readonly id: string;
  readonly title: string;
  readonly isRelevant: boolean;
  readonly parts: readonly Part[];
}

/** Yield the questions of some parts that are asked now, in their order. */
export function* asked(parts: readonly Part[]): Generator<Question> {
  for (const part of parts) {
    if (!part.isRelevant) continue;
    if (part.part === "question") yield part;
    else if (part.part === "group") yield* asked(part.parts);
    else for (const row of part.rows) yield* asked(row.parts);
  }
}

/** Yield all questions of some parts, asked or not. */
export function* questions(parts: readonly Part[]): Generator<Question> {
  for (const part of parts) {
    if (part.part === "question") yield part;
    else if (part.part === "group") yield* questions(part.parts);
    else for (const row of part.rows) yield* questions(row.parts);
  }
}
