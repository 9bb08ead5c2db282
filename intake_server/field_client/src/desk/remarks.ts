/** What a desk says beside a question: what stood before, and why nothing is filled in. */
import type { InjectionKey } from "vue";
import type { Question } from "../engine/parts";
import { say } from "../language";
import type { At, Opening } from "./node";
import { WORDS } from "./words";

export type Remarks = (question: Question) => string;

/** Given by a desk to the questions of its form; a phone gives none. */
export const REMARKS: InjectionKey<Remarks> = Symbol("remarks");

/** Return what is to be said beside each question of a form that was opened at a desk. */
export function remarksOf({ standing, contested, withheld }: Opening): Remarks {
  const before = new Map(standing.map((one) => [keyOf(one), one.value]));
  const open = new Set(contested.map(keyOf));
  const hidden = new Set(withheld.map(keyOf));
  return (question) => {
    const key = keyOf(placeOf(question.reference));
    const value = before.get(key);
    if (open.has(key)) return say(WORDS.contested);
    if (hidden.has(key)) return say(WORDS.withheld);
    return value ? say(WORDS.lastTime, { value: labelOf(question, value) }) : "";
  };
}

/** `/data/kin[2]/kin_name` is the question `/data/kin/kin_name` in the row 1, from 0. */
export function placeOf(reference: string): At {
  const row = /\[(\d+)\]/.exec(reference)?.[1];
  const ref = reference.replace(/\[\d+\]/g, "");
  return row === undefined ? { ref } : { ref, row: Number(row) - 1 };
}

function keyOf({ ref, row }: At): string {
  return row === undefined ? ref : `${ref}#${row}`;
}

function labelOf({ choices }: Question, value: string): string {
  const known = new Map(choices.map((choice) => [choice.value, choice.label]));
  const said = value.split(" ").map((one) => known.get(one));
  return said.every((one) => one !== undefined) ? said.join(", ") : value;
}
