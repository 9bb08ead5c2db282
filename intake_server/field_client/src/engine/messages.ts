/**
 * What the page and the worker say of a form. Each call has one answer, in order; with it
 * come all parts that have changed, so that the page always shows what the form holds.
 */
import type { FormSource, Start, Unasked } from "../contracts";
import type { Language } from "../language";
import type { Group, Question, Repeat } from "./parts";

export type QuestionState = Omit<Question, "set" | "setFile">;
export type GroupState = Omit<Group, "parts"> & { readonly parts: readonly PartState[] };
export type RepeatState = Omit<Repeat, "rows" | "add" | "remove"> & {
  readonly rows: readonly GroupState[];
};
export type PartState = QuestionState | GroupState | RepeatState;

/** What of a part is another than before; a row that is known goes by its id. */
export interface Change {
  readonly id: string;
  readonly now: Partial<QuestionState>;
  readonly rows?: readonly (GroupState | string)[];
}

export type Call =
  | { readonly do: "open"; readonly source: Omit<FormSource, "media" | "title">; readonly start: Start; readonly language: Language }
  | { readonly do: "set"; readonly id: string; readonly value: string }
  | { readonly do: "attach"; readonly id: string; readonly file: File | undefined }
  | { readonly do: "add"; readonly id: string }
  | { readonly do: "remove"; readonly id: string; readonly row: string }
  | { readonly do: "speak"; readonly language: Language }
  | { readonly do: "fill"; readonly isOver: boolean };

export interface Opened {
  readonly instanceId: string;
  readonly parts: readonly PartState[];
}

/** The answers as they stand; the page has the files. */
export interface Written {
  readonly xml: string;
  readonly files: readonly string[];
  readonly unasked: readonly Unasked[];
}

export interface Answer {
  readonly turn: number;
  readonly changes: readonly Change[];
  readonly opened?: Opened;
  readonly written?: Written;
  /** The form could not be read, or the engine could not do it: the answers are as before. */
  readonly isRefused?: true;
}

/** From the page: a call, or a file that was asked for. */
export type ToForm =
  | { readonly turn: number; readonly call: Call }
  | { readonly asked: string; readonly file: Blob | undefined };

/** From the worker: an answer, or the name of a file beside the form. */
export type ToPage = Answer | { readonly asks: string };

/** A form that the engine does not understand; says nothing of answers. */
export class UnreadableForm extends Error {
  override readonly name = "UnreadableForm";
}

/** What both ends of a channel have. */
export interface Port<Out> {
  postMessage(message: Out): void;
  onmessage: ((event: MessageEvent) => void) | null;
  close(): void;
}
