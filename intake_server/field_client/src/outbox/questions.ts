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
  const texts = textsOf(form, language);
  const root = rootOf(form);
  const binds = new Map(named(form, "bind").map((bind) => [bind.getAttribute("nodeset") ?? "", bind]));
  const found: Question[] = [];
  for (const control of named(form, "body").flatMap((body) => [...body.getElementsByTagName("*")])) {
    const ref = control.getAttribute("ref");
    if (!ref || !ASKED.has(control.localName)) continue;
    const bind = binds.get(ref);
    if (bind?.getAttribute("readonly")?.startsWith("true")) continue;
    const label = labelOf(control, texts);
    if (!label) continue;
    const choices = choicesOf(form, control, texts);
    const kind = choices.length ? "choice" : (KINDS[bind?.getAttribute("type") ?? ""] ?? "text");
    found.push({ field: ref.slice(root.length + 2), label, kind, choices });
  }
  return found;
}

function named(within: Document | Element, name: string): Element[] {
  return [...within.getElementsByTagName("*")].filter(({ localName }) => localName === name);
}

function child(within: Element, name: string): Element | undefined {
  return [...within.children].find(({ localName }) => localName === name);
}

function rootOf(form: Document): string {
  const instance = named(form, "instance").find((each) => !each.getAttribute("id"));
  return instance?.firstElementChild?.localName ?? "data";
}

function textsOf(form: Document, language: "uk" | "en"): ReadonlyMap<string, string> {
  const all = named(form, "translation");
  const mine = all.find((each) => each.getAttribute("lang")?.includes(`(${language})`)) ?? all[0];
  const texts = new Map<string, string>();
  for (const text of mine ? named(mine, "text") : []) {
    const value = [...text.children].find((each) => !each.getAttribute("form"));
    texts.set(text.getAttribute("id") ?? "", value?.textContent?.trim() ?? "");
  }
  return texts;
}

function labelOf(of: Element, texts: ReadonlyMap<string, string>): string {
  const label = child(of, "label");
  const id = ITEXT.exec(label?.getAttribute("ref") ?? "")?.[1];
  return (id ? texts.get(id) : label?.textContent?.trim()) ?? "";
}

function choicesOf(form: Document, control: Element, texts: ReadonlyMap<string, string>): Choice[] {
  if (control.localName === "select") return [];
  const inline = [...control.children].filter(({ localName }) => localName === "item");
  if (inline.length) {
    return inline.map((item) => ({ value: child(item, "value")?.textContent ?? "", label: labelOf(item, texts) }));
  }
  const id = INSTANCE.exec(child(control, "itemset")?.getAttribute("nodeset") ?? "")?.[1];
  const instance = id && named(form, "instance").find((each) => each.getAttribute("id") === id);
  return (instance ? named(instance, "item") : []).map((item) => {
    const text = (name: string): string => child(item, name)?.textContent?.trim() ?? "";
    return { value: text("name"), label: texts.get(text("itextId")) || text("label") || text("name") };
  });
}
