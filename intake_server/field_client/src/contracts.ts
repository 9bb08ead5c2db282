/**
 * What the parts hand to each other: plain values, no class of a library.
 *
 * `filling` turns a form and what was answered into screens and back into a `Filled`;
 * `vault` keeps a `Filled` as a draft; `outbox` seals it and brings it to a node.
 */

/** A version of a form as it lies on the phone. */
export interface FormSource {
  readonly formId: string;
  readonly version: string;
  readonly title: { readonly uk: string; readonly en: string };
  readonly xml: string;
  /** A file beside the form, by its name; undefined where the phone does not have it. */
  readonly media: (name: string) => Promise<Blob | undefined>;
}

/** A photo or a signature; `name` is the one that the answers name. */
export interface Attachment {
  readonly name: string;
  readonly type: string;
  readonly blob: Blob;
}

/** The answers of one form as they stand now, finished or not. */
export interface Filled {
  readonly instanceId: string;
  readonly formId: string;
  readonly version: string;
  /** The instance as XML, as ODK Collect would send it. */
  readonly xml: string;
  readonly attachments: readonly Attachment[];
  /** What was answered and is not asked now: kept with a draft, and sent to nobody. */
  readonly unasked?: readonly Unasked[];
  readonly unaskedFiles?: readonly Attachment[];
  readonly typed?: readonly Typed[];
}

/** What is typed and is no answer, by its question: kept with a draft, and sent to nobody. */
export interface Typed {
  readonly reference: string;
  /** The texts of the question's fields. */
  readonly texts: readonly string[];
  /** Why it is no answer, as the screens name it. */
  readonly why: string;
}

/** An answer by the place of its question: `/data/kin[2]/kin_name`. */
export interface Unasked {
  readonly reference: string;
  readonly value: string;
  /** True where the answer is the name of a file. */
  readonly isFile?: boolean;
  /** By what the rows of its long list were chosen: an oblast. */
  readonly only?: string;
}

/** Answers by the name of their question. */
export type Answers = Readonly<Record<string, string>>;

/** What a form begins with. `corrected` is one that was sent: it gets an id of its own. */
export type Start =
  | { readonly answers?: Answers }
  | { readonly restored: Filled }
  | { readonly corrected: Filled };

/** What the children of one family share, taken from the form of the first. */
export interface Family {
  /** Code or instance id by which the first child is known. */
  readonly first: string;
  /** Instance id of the child that was finished last. */
  readonly last?: string;
  readonly answers: Answers;
  /** Which child of the family this is, from 1. */
  readonly place: number;
}
