/** Reads the long lists of a form while somebody answers its first questions. */
import type { Open } from "../../engine/remote";
import { questions } from "../../engine/parts";
import { prepare } from "./lists";

export function prepareLists(form: Open): void {
  for (const { list } of questions(form.parts)) if (list) void prepare(form.source, list);
}
