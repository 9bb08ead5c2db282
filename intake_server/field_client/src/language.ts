/** Two languages; a text that lacks one does not compile. */
import { ref } from "vue";

export type Language = "uk" | "en";

/** What is shown at this moment; a phone that asks for neither gets Ukrainian. */
export const language = ref<Language>(chosen());

/** A text in both languages; `{name}` stands for what is put in. */
export interface Text {
  readonly uk: string;
  readonly en: string;
}

/** Return a text as it is said now; reading it in a template follows the language. */
export function say(text: Text, inside: Readonly<Record<string, string | number>> = {}): string {
  return text[language.value].replace(/\{(\w+)\}/g, (whole, name: string) =>
    name in inside ? String(inside[name]) : whole,
  );
}

/**
 * Return a text that depends on a count: Ukrainian has one, few and many.
 *
 * `forms` are those for one, few and many; English uses the first and the last.
 */
export function count(n: number, forms: { one: Text; few: Text; many: Text }): string {
  const rule = new Intl.PluralRules(language.value).select(n);
  const form = rule === "one" ? forms.one : rule === "few" ? forms.few : forms.many;
  return say(form, { n });
}

/** Change the language at once, and for the next time. */
export function speak(next: Language): void {
  language.value = next;
  document.documentElement.lang = next;
  localStorage.setItem("language", next);
}

function chosen(): Language {
  const kept = globalThis.localStorage?.getItem("language");
  if (kept === "uk" || kept === "en") return kept;
  return globalThis.navigator?.language?.startsWith("en") ? "en" : "uk";
}
