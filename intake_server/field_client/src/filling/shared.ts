/** What the next child of a family takes over from the one before. */
import type { Answers, Filled, FormSource } from "../contracts";
import { markup } from "../trusted";

/**
 * Questions of the reception form whose answers are those of the family. Nothing that a
 * child says, consents to, needs or holds is among them.
 */
const OF_THE_FAMILY: readonly string[] = [
  "reception_point",
  "returned_on",
  "comm_mode",
  "interpreter",
  "interpreter_name",
  "return_channel",
  "origin_type",
  "displacement_type",
  "home_oblast",
  "home_settlement",
  "home_other",
  "return_batch",
  "official_source",
  "reported_on",
  "accompaniment",
  "escort_name",
  "escort_phone",
  "siblings_here",
  "sibling_group",
  "siblings_elsewhere",
  "destination",
  "destination_site",
];
const GROUP = "sibling_group";
const OWN_CODE = "child_ref";

/**
 * Return the answers that the next child of the family begins with, by the name of their
 * question; the group goes by the code of its first child where that has one.
 */
export function shared(filled: Filled, form: FormSource): Answers {
  const answers = new DOMParser().parseFromString(markup(filled.xml), "text/xml");
  const said = (name: string): string =>
    answers.getElementsByTagName(name)[0]?.textContent?.trim() ?? "";
  const found: Record<string, string> = {};
  for (const name of OF_THE_FAMILY) {
    const value = name === GROUP ? said(GROUP) || said(OWN_CODE) : said(name);
    if (value && form.xml.includes(`/${name}"`)) found[name] = value;
  }
  return found;
}
