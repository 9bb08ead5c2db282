/** The questions of a form, by label, for whoever corrects one answer of it. */
import { csvOf } from "../engine/lists";
import type { Choice } from "../engine/parts";
import { markup } from "../trusted";

/** A file of choices beside the form, and its columns of names and of labels. */
export interface List {
  readonly file: string;
  readonly value: string;
  readonly label: string;
}

/** A group whose rows are as many as there are things to tell of. */
export interface Repeat {
  /** Its path below the form. */
  readonly path: string;
  readonly label: string;
}

export interface Question {
  /** Its path below the form; a correction names by it also the rows: `kin[2]/kin_name`. */
  readonly field: string;
  readonly label: string;
  /** `choices` may be many, in the order of the form; those of a `place` are not in the form. */
  readonly kind: "text" | "choice" | "choices" | "place" | "date" | "number";
  readonly choices: readonly Choice[];
  /** Where the choices of a place are. */
  readonly list?: List | undefined;
  /** Of what it is asked once for each row, the outer first. */
  readonly repeats: readonly Repeat[];
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
    const list = listOf(control, lists);
    const kind = kindOf(control, choices, list) ?? KINDS[bind?.getAttribute("type") ?? ""] ?? "text";
    const below = root.length + 2;
    const repeats = repeatsOf(control, texts).map(({ path, ...of }) => ({ path: path.slice(below), ...of }));
    found.push({ field: ref.slice(below), label, kind, choices, list, repeats });
  }
  return found;
}

/** The question of a field: its path without the numbers of rows. */
export function bare(field: string): string {
  return field.replace(/\[\d+\]/g, "");
}

/** Which row of a repeat a field names; empty where it names none. */
export function rowOf(field: string, { path }: Repeat): string {
  return /\[(\d+)\]$/.exec(field.split("/")[depth(path)] ?? "")?.[1] ?? "";
}

/** Have a field name a row of a repeat, counted from 1; what is no such number names none. */
export function inRow(field: string, { path }: Repeat, row: string): string {
  const steps = field.split("/");
  const name = bare(steps[depth(path)] ?? "");
  steps[depth(path)] = /^[1-9]\d{0,4}$/.test(row) ? `${name}[${row}]` : name;
  return steps.join("/");
}

function depth(path: string): number {
  return path.split("/").length - 1;
}

function kindOf({ localName }: Element, choices: readonly Choice[], list?: List): Question["kind"] | undefined {
  if (localName === "select1" && list) return "place";
  if (choices.length === 0) return undefined;
  return localName === "select" ? "choices" : "choice";
}

function repeatsOf(control: Element, texts: ReadonlyMap<string, string>): Repeat[] {
  const found: Repeat[] = [];
  for (let above = control.parentElement; above; above = above.parentElement) {
    if (above.localName !== "repeat") continue;
    const label = above.parentElement ? labelOf(above.parentElement, texts) : "";
    found.unshift({ path: above.getAttribute("nodeset") ?? "", label });
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
  const inline = children(control).filter(({ localName }) => localName === "item");
  if (inline.length) {
    return inline.map((item) => {
      return { value: child(item, "value")?.textContent ?? "", label: labelOf(item, texts), isAlone: false };
    });
  }
  const root = instanceOf(control, lists)?.firstElementChild;
  return (root ? children(root) : []).map((item) => {
    const text = (name: string): string => child(item, name)?.textContent?.trim() ?? "";
    const label = texts.get(text("itextId")) || text("label") || text("name");
    return { value: text("name"), label, isAlone: text("exclusive") === "yes" };
  });
}

function instanceOf(control: Element, lists: ReadonlyMap<string, Element>): Element | undefined {
  const id = INSTANCE.exec(child(control, "itemset")?.getAttribute("nodeset") ?? "")?.[1];
  return id ? lists.get(id) : undefined;
}

function listOf(control: Element, lists: ReadonlyMap<string, Element>): List | undefined {
  const instance = instanceOf(control, lists);
  const file = instance && csvOf(instance);
  const items = child(control, "itemset");
  const column = (name: string): string => (items && child(items, name)?.getAttribute("ref")) ?? "";
  return file ? { file, value: column("value"), label: column("label") } : undefined;
}
