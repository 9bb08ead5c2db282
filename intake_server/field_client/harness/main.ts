/**
 * A page for tests: one form on the screen, or filled by its questions, with no vault and
 * no outbox. It is built by tests alone and is no part of the application.
 */
import { createApp, h, nextTick, shallowRef } from "vue";
import type { Answers, Attachment, Filled, FormSource } from "../src/contracts";
import { open } from "../src/engine/remote";
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

/** Answers that are on their way. */
const coming = new Set<Promise<Filled>>();
const told = { changes: 0, finished: 0, left: 0, at: "" };
const screen = shallowRef<Shown>();
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

async function give(parts: readonly Part[], answers: Nested): Promise<void> {
  for (const part of parts) {
    const value = answers[part.name];
    if (value === undefined) continue;
    if (part.part === "question") {
      if (["image", "file", "audio"].includes(part.kind))
        part.setFile(new File([String(value)], String(value), { type: "image/jpeg" }));
      else part.set(String(value));
    } else if (part.part === "group") await give(part.parts, value as Nested);
    else await rows(part, Array.isArray(value) ? value : []);
  }
}

async function rows(repeat: Repeat, wanted: readonly Nested[]): Promise<void> {
  while (repeat.rows.length < wanted.length) await repeat.add();
  for (const [index, row] of wanted.entries()) await give(repeat.rows[index]?.parts ?? [], row);
}

/** Wait until all answers that were handed on have come. */
async function come(): Promise<void> {
  await nextTick();
  while (coming.size > 0) await Promise.all(coming);
}

async function handed(filled: Promise<Filled>): Promise<void> {
  coming.add(filled);
  last = await filled;
  coming.delete(filled);
}

const harness = {
  told: () => come().then(() => told),
  /** Show a form; `restored` goes on with what was filled in last. */
  async show(shown: Shown): Promise<void> {
    speak(shown.language);
    latest = { source: await source(shown.form) };
    screen.value = shown;
  },
  hide(): void {
    screen.value = undefined;
  },
  last: () => come().then(() => last && digests(last)),
  shared: () => come().then(() => last && latest && shared(last, latest.source)),
  /** Fill a form by its questions, twice, for one answer may make another asked. */
  async fill(formId: string, answers: Nested): Promise<Told & { faults: readonly string[] }> {
    const form = await open(await source(formId), {}, "uk");
    await give(form.parts, answers);
    await give(form.parts, answers);
    await form.settled();
    const { missing } = await import("../src/filling/progress");
    const { Unread } = await import("../src/filling/unread");
    const faults = missing(form, new Unread(() => undefined)).map(({ question }) => `${question.name}: ${question.fault?.text}`);
    return { ...(await digests(await form.finished())), faults };
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
      onChanged: (filled: Promise<Filled>) => {
        told.changes += 1;
        void handed(filled);
      },
      onFinished: (filled: Promise<Filled>) => {
        told.finished += 1;
        void handed(filled);
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
