/** The questions of a form, by label, for whoever corrects one answer of it. */
import { markup } from "../trusted";

export interface Choice {
  readonly value: string;
  readonly label: string;
}

export interface Question {
  /** Its path below the form, as a correction names it. */
  readonly field: string;
  readonly label: string;
  readonly kind: "text" | "choice" | "date" | "number";
  readonly choices: readonly Choice[];
}

const KINDS: Readonly<Record<string, Question["kind"]>> = {
  int: "number",
  decimal: "number",
  date: "date",
};
const ASKED = new Set(["input", "select", "select1", "range"]);
const ITEXT = /jr:itext\('([^']+)'\)/;
const INSTANCE = /instance\('([^']+)'\)/;

/** Return what a form asks and a person can write; photos and notes are left out. */
export function questions(xml: string, language: "uk" | "en"): Question[] {
  const form = new DOMParser().parseFromString(markup(xml), "text/xml");
  const all = byName(form);
  const texts = textsOf(all.get("translation") ?? [], language);
  const instances = all.get("instance") ?? [];
  const root = instances.find((each) => !each.getAttribute("id"))?.firstElementChild?.localName ?? "data";
  const lists = new Map(instances.map((each) => [each.getAttribute("id") ?? "", each]));
  const binds = new Map(all.get("bind")?.map((bind) => [bind.getAttribute("nodeset") ?? "", bind]));
  const found: Question[] = [];
  for (const control of [...ASKED].flatMap((name) => all.get(name) ?? []).sort(inOrder)) {
    const ref = control.getAttribute("ref");
    const bind = binds.get(ref ?? "");
    const label = labelOf(control, texts);
    if (!ref || !label || bind?.getAttribute("readonly")?.startsWith("true")) continue;
    const choices = choicesOf(control, lists, texts);
    const kind = choices.length ? "choice" : (KINDS[bind?.getAttribute("type") ?? ""] ?? "text");
    found.push({ field: ref.slice(root.length + 2), label, kind, choices });
  }
  return found;
}

function inOrder(a: Element, b: Element): number {
  return a.compareDocumentPosition(b) & 4 ? -1 : 1;
}

function byName(form: Document): Map<string, Element[]> {
  const all = new Map<string, Element[]>();
  for (const element of [...form.getElementsByTagName("*")]) {
    const named = all.get(element.localName);
    if (named) named.push(element);
    else all.set(element.localName, [element]);
  }
  return all;
}

function children(of: Element): Element[] {
  const found: Element[] = [];
  for (let each = of.firstElementChild; each; each = each.nextElementSibling) found.push(each);
  return found;
}

function child(within: Element, name: string): Element | undefined {
  return children(within).find(({ localName }) => localName === name);
}

function textsOf(translations: readonly Element[], language: "uk" | "en"): ReadonlyMap<string, string> {
  const mine = translations.find((each) => each.getAttribute("lang")?.includes(`(${language})`)) ?? translations[0];
  const texts = new Map<string, string>();
  for (const text of mine ? children(mine) : []) {
    const value = children(text).find((each) => !each.getAttribute("form"));
    texts.set(text.getAttribute("id") ?? "", value?.textContent?.trim() ?? "");
  }
  return texts;
}

function labelOf(of: Element, texts: ReadonlyMap<string, string>): string {
  const label = child(of, "label");
  const id = ITEXT.exec(label?.getAttribute("ref") ?? "")?.[1];
  return (id ? texts.get(id) : label?.textContent?.trim()) ?? "";
}

function choicesOf(
  control: Element,
  lists: ReadonlyMap<string, Element>,
  texts: ReadonlyMap<string, string>,
): Choice[] {
  if (control.localName === "select") return [];
  const inline = children(control).filter(({ localName }) => localName === "item");
  if (inline.length) {
    return inline.map((item) => ({ value: child(item, "value")?.textContent ?? "", label: labelOf(item, texts) }));
  }
  const id = INSTANCE.exec(child(control, "itemset")?.getAttribute("nodeset") ?? "")?.[1];
  const root = id ? lists.get(id)?.firstElementChild : undefined;
  return (root ? children(root) : []).map((item) => {
    const text = (name: string): string => child(item, name)?.textContent?.trim() ?? "";
    return { value: text("name"), label: texts.get(text("itextId")) || text("label") || text("name") };
  });
}
