/** Answers that a draft keeps of questions that were not asked when it was left. */
import type { Unasked } from "../contracts";
import { type Part, type Question, questions, type Repeat } from "./parts";

const ROW = /\/([^/[\]]+)\[(\d+)\]/g;

/** Answer them again; returns the questions that the form has, with their answers. */
export function recall(parts: readonly Part[], unasked: readonly Unasked[]): [Question, string][] {
  return unasked.flatMap(({ reference, value }): [Question, string][] => {
    for (const [, name = "", number] of reference.matchAll(ROW)) fillUp(parts, name, Number(number));
    const question = [...questions(parts)].find((one) => one.reference === reference);
    question?.set(value);
    return question ? [[question, value]] : [];
  });
}

function fillUp(parts: readonly Part[], name: string, rows: number): void {
  for (const repeat of repeats(parts)) {
    if (repeat.name !== name) continue;
    for (let missing = rows - repeat.rows.length; missing > 0; missing -= 1) void repeat.add();
  }
}

function repeats(parts: readonly Part[]): Repeat[] {
  return parts.flatMap((part) => {
    if (part.part === "group") return repeats(part.parts);
    return part.part === "repeat" ? [part] : [];
  });
}
