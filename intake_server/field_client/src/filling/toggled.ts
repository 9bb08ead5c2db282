/** Some of a list: an answer that stands beside no other takes the others away. */
import type { Choice } from "../engine/parts";

/** Return what is chosen, in the order of the choices, once one is put in or taken out. */
export function toggled(choices: readonly Choice[], chosen: ReadonlySet<string>, one: Choice, isOn: boolean): string {
  const kept = choices.filter(({ value, isAlone }) => {
    if (value === one.value) return isOn;
    if (!chosen.has(value)) return false;
    return !isOn || !(one.isAlone || isAlone);
  });
  return kept.map(({ value }) => value).join(" ");
}
