/** The shipped forms, for tests. */
import "./in_node";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Answers, Filled, FormSource, Start } from "../contracts";
import { type Form, open } from "./open";
import { type Part, type Question, questions } from "./parts";

const FOLDER = join(import.meta.dirname, "../../../../tests/vectors/field/forms");

export const FORMS = [
  "followup",
  "functioning_2_4",
  "functioning_5_17",
  "reception",
  "registration",
  "rehabilitation",
  "reunification",
  "testimony",
  "tracing_request",
];

export const PLACES = [
  "name,label,oblast",
  'UA46060250010015970,"Львів, Львівський район",UA-46',
  'UA46020090010062870,"Бориня, Самбірський район",UA-46',
  'UA65100150010064384,"Херсон, Херсонський район",UA-65',
].join("\n");

export function shipped(formId: string): FormSource {
  const xml = readFileSync(join(FOLDER, `${formId}.xml`), "utf-8");
  return source(formId, xml);
}

export function source(formId: string, xml: string): FormSource {
  return {
    formId,
    version: /version="([^"]+)"/.exec(xml)?.[1] ?? "",
    title: { uk: formId, en: formId },
    xml,
    media: (name) =>
      Promise.resolve(name.endsWith(".csv") ? new Blob([PLACES]) : undefined),
  };
}

export function opened(formId: string, start: Start = {}): Promise<Form> {
  return open(shipped(formId), start, "uk");
}

/** The question of a name, in the first row where it stands in rows. */
export function ask(form: { readonly parts: readonly Part[] }, name: string): Question {
  for (const question of questions(form.parts)) if (question.name === name) return question;
  throw new Error(`no question ${name}`);
}

export function give(form: { readonly parts: readonly Part[] }, answers: Answers): void {
  for (const [name, value] of Object.entries(answers)) ask(form, name).set(value);
}

/** What the XML of a form says of a question; undefined where it does not name it. */
export function said({ xml }: Filled, name: string): string | undefined {
  const found = new DOMParser().parseFromString(xml, "text/xml").getElementsByTagName(name)[0];
  return found ? (found.textContent ?? "") : undefined;
}
