/**
 * Takes long lists out of a form before the engine reads it: the places of a country would
 * stop a phone. The question stays as one for text whose answer is the code.
 */
const XFORMS = "http://www.w3.org/2002/xforms";
const ITEMS = /^instance\('([^']+)'\)\/root\/item(?:\[(.+)\])?$/s;
const TERM = /^\s*([\w-]+)\s*=\s*((?:current\(\)\/)?[\w./-]+)\s*$/;

/** A question of a long list: `only` names, by column, the question that must agree. */
export interface TakenOut {
  readonly reference: string;
  readonly file: string;
  readonly value: string;
  readonly label: string;
  readonly only: Readonly<Record<string, string>>;
}

export interface Lightened {
  readonly xml: string;
  readonly taken: readonly TakenOut[];
  /** By the place of a question: answers that stand beside no other. */
  readonly alone: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Return a form without its lists in CSV that only questions read. */
export function lighten(xml: string): Lightened {
  const form = new DOMParser().parseFromString(xml, "text/xml");
  const taken = [...form.getElementsByTagNameNS(XFORMS, "select1")].flatMap((asked) => {
    const one = takenOut(asked, form);
    if (one) toText(asked);
    return one ?? [];
  });
  const alone = standAlone(form);
  if (taken.length === 0) return { xml, taken, alone };
  for (const instance of [...form.getElementsByTagNameNS(XFORMS, "instance")]) {
    const name = instance.getAttribute("id");
    if (csvOf(instance) && !isRead(form, name)) instance.remove();
  }
  return { xml: new XMLSerializer().serializeToString(form), taken, alone };
}

function standAlone(form: Document): ReadonlyMap<string, ReadonlySet<string>> {
  const lists = new Map<string, ReadonlySet<string>>();
  for (const list of form.getElementsByTagNameNS(XFORMS, "instance")) {
    const marks = [...list.getElementsByTagNameNS(XFORMS, "exclusive")];
    const names = marks.flatMap(({ parentElement: item, textContent }) =>
      textContent === "yes" && item ? (child(item, "name")?.textContent ?? []) : [],
    );
    if (names.length > 0) lists.set(list.getAttribute("id") ?? "", new Set(names));
  }
  const asked = [...form.getElementsByTagNameNS(XFORMS, "select")].flatMap((one) => {
    const [, list] = ITEMS.exec(child(one, "itemset")?.getAttribute("nodeset") ?? "") ?? [];
    const names = lists.get(list ?? "");
    return names ? [[one.getAttribute("ref") ?? "", names] as const] : [];
  });
  return new Map(asked);
}

function takenOut(asked: Element, form: Document): TakenOut | undefined {
  const items = child(asked, "itemset");
  const [, name, condition] = ITEMS.exec(items?.getAttribute("nodeset") ?? "") ?? [];
  const found = [...form.getElementsByTagNameNS(XFORMS, "instance")].find(
    (instance) => instance.getAttribute("id") === name,
  );
  const source = found && csvOf(found);
  const reference = asked.getAttribute("ref");
  const only = terms(condition, reference ?? "");
  const value = items && child(items, "value")?.getAttribute("ref");
  const label = items && child(items, "label")?.getAttribute("ref");
  if (!source || !reference || !only || !value || !label || label.includes("(")) return undefined;
  return { reference, file: source, value, label, only };
}

/** The file of a list in CSV, as media are named. */
export function csvOf(instance: Element): string | undefined {
  return /^jr:\/\/file-csv\/(.+)$/.exec(instance.getAttribute("src") ?? "")?.[1];
}

/** Read `column = question and …`; undefined for any other condition. */
function terms(condition: string | undefined, from: string): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const term of condition?.split(/\s+and\s+/) ?? []) {
    const [, column, path] = TERM.exec(term) ?? [];
    if (!column || !path) return undefined;
    found[column] = absolute(path, from);
  }
  return found;
}

function absolute(path: string, from: string): string {
  if (path.startsWith("/")) return path;
  const steps = from.split("/");
  for (const step of path.replace(/^current\(\)\//, "").split("/")) {
    if (step === "..") steps.pop();
    else if (step !== ".") steps.push(step);
  }
  return steps.join("/");
}

function child(element: Element, name: string): Element | undefined {
  return [...element.children].find((inner) => inner.localName === name);
}

function toText(asked: Element): void {
  const input = asked.ownerDocument.createElementNS(XFORMS, "input");
  for (const { name, value } of [...asked.attributes]) {
    if (name !== "appearance") input.setAttribute(name, value);
  }
  for (const part of [...asked.children]) {
    if (part.localName === "label" || part.localName === "hint") input.append(part);
  }
  asked.replaceWith(input);
}

function isRead(form: Document, name: string | null): boolean {
  const call = `instance('${name}')`;
  const all = form.getElementsByTagName("*");
  return [...all].some((element) =>
    [...element.attributes].some(({ value }) => value.replaceAll('"', "'").includes(call)),
  );
}
