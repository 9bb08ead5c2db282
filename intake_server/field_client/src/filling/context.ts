/** What the parts of an open form share while it is on the screen. */
import { inject, type InjectionKey, onBeforeUnmount } from "vue";
import type { Open } from "../engine/remote";
import type { Question } from "../engine/parts";
import type { Text } from "../language";
import type { Unread } from "./unread";

export interface Filling {
  readonly form: Open;
  /** True once a fault of this question is to be shown. */
  isShown(question: Question): boolean;
  /** The question was left: what is wrong with it may be said. */
  left(question: Question): void;
  /** What is typed and is no answer. */
  readonly unread: Unread;
  /** What was typed and not yet handed on; called before anything is saved. */
  readonly pending: Set<() => void>;
  /** Have something waited for before the form goes: a photo that is being made smaller. */
  work(done: Promise<unknown>): void;
}

/** What is wrong with what somebody gave, in the language of the moment. */
export interface Complaint {
  readonly text: Text;
  readonly inside?: Readonly<Record<string, string | number>>;
}

export const FILLING: InjectionKey<Filling> = Symbol("filling");

export function useFilling(): Filling {
  const filling = inject(FILLING);
  if (!filling) throw new Error("a question outside a form");
  return filling;
}

const TYPING_MS = 150;

/**
 * Hand on what is typed when the typing pauses, when the field is left and before the form
 * is saved, so that no key waits for the form's expressions.
 */
export function useTyping(hand: () => void): { typed: () => void; flush: () => void } {
  const { pending } = useFilling();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const flush = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    pending.delete(flush);
    hand();
  };
  const typed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(flush, TYPING_MS);
    pending.add(flush);
  };
  onBeforeUnmount(flush);
  return { typed, flush };
}
