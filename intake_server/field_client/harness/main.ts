/**
 * A page for tests: one form on the screen, or filled by its questions, with no vault and
 * no outbox. It is built by tests alone and is no part of the application.
 */
import { createApp, h, ref } from "vue";
import type { Answers, Attachment, Filled, FormSource } from "../src/contracts";
import { type Open, open } from "../src/engine/open";
import type { Part, Repeat } from "../src/engine/parts";
import FillScreen from "../src/filling/FillScreen.vue";
import { shared } from "../src/filling/shared";
import { language, speak } from "../src/language";
import "../src/style.css";

/** Answers by question, in groups and rows, as they stand in the XML. */
interface Nested {
  readonly [name: string]: string | Nested | readonly Nested[];
}

interface Told {
  readonly instanceId: string;
  readonly xml: string;
  readonly files: Readonly<Record<string, string>>;
}

interface Shown {
  readonly form: string;
  readonly language: "uk" | "en";
  readonly practice?: boolean;
  readonly answers?: Answers;
  readonly restored?: boolean;
  readonly at?: string;
}

const told = { changes: 0, finished: 0, left: 0, at: "" };
const screen = ref<Shown>();
let last: Filled | undefined;
let latest: { readonly source: FormSource } | undefined;

async function source(formId: string): Promise<FormSource> {
  const xml = await (await fetch(`/field/forms/${formId}.xml`)).text();
  return {
    formId,
    version: /version="([^"]+)"/.exec(xml)?.[1] ?? "",
    title: {
      uk: /<h:title>([^<]+)/.exec(xml)?.[1] ?? formId,
      en: /title_en="([^"]+)/.exec(xml)?.[1] ?? formId,
    },
    xml,
    media: async (name) => {
      const found = await fetch(`/field/forms/${name}`);
      return found.ok ? found.blob() : undefined;
    },
  };
}

async function digests(filled: Filled): Promise<Told> {
  const files = await Promise.all(
    filled.attachments.map(async ({ name, blob }) => [name, await text(blob)] as const),
  );
  return { instanceId: filled.instanceId, xml: filled.xml, files: Object.fromEntries(files) };
}

async function text(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa([...bytes].map((byte) => String.fromCharCode(byte)).join(""));
}

function give(parts: readonly Part[], answers: Nested): void {
  for (const part of parts) {
    const value = answers[part.name];
    if (value === undefined) continue;
    if (part.part === "question") {
      if (["image", "file", "audio"].includes(part.kind))
        part.setFile(new File([String(value)], String(value), { type: "image/jpeg" }));
      else part.set(String(value));
    } else if (part.part === "group") give(part.parts, value as Nested);
    else rows(part, Array.isArray(value) ? value : []);
  }
}

function rows(repeat: Repeat, wanted: readonly Nested[]): void {
  while (repeat.rows.length < wanted.length) repeat.add();
  wanted.forEach((row, index) => give(repeat.rows[index]?.parts ?? [], row));
}

const harness = {
  told,
  /** Show a form; `restored` goes on with what was filled in last. */
  async show(shown: Shown): Promise<void> {
    speak(shown.language);
    latest = { source: await source(shown.form) };
    screen.value = shown;
  },
  hide(): void {
    screen.value = undefined;
  },
  last: () => last && digests(last),
  shared: () => last && latest && shared(last, latest.source),
  /** Fill a form by its questions, twice, for one answer may make another asked. */
  async fill(formId: string, answers: Nested): Promise<Told & { faults: readonly string[] }> {
    const form: Open = await open(await source(formId), {}, "uk");
    give(form.parts, answers);
    give(form.parts, answers);
    const { missing } = await import("../src/filling/progress");
    const faults = missing(form).map(({ question }) => `${question.name}: ${question.fault?.text}`);
    return { ...(await digests(form.finished())), faults };
  },
};
export type Harness = typeof harness;
export type { Attachment };
Object.assign(globalThis, { harness });

createApp({
  render() {
    const shown = screen.value;
    if (!shown || !latest) return h("p", language.value);
    const start = shown.restored && last ? { restored: last } : { answers: shown.answers ?? {} };
    return h(FillScreen, {
      form: latest.source,
      start,
      practice: shown.practice ?? false,
      ...(shown.at ? { at: shown.at } : {}),
      onChanged: (filled: Filled) => {
        told.changes += 1;
        last = filled;
      },
      onFinished: (filled: Filled) => {
        told.finished += 1;
        last = filled;
      },
      onLeft: () => {
        told.left += 1;
        screen.value = undefined;
      },
      onMoved: (at: string) => {
        told.at = at;
      },
    });
  },
}).mount("#app");
document.documentElement.dataset.ready = "";
