/**
 * Fields of a form on a page, as FillScreen has them: over the form's own engine, which
 * answers a moment later.
 */
import { type Component, cloneVNode, createApp, h, nextTick, shallowRef, type VNode } from "vue";
import type { FormSource, Start } from "../contracts";
import { type Question, questions } from "../engine/parts";
import type { Open } from "../engine/remote";
import { FILLING, type Filling } from "../filling/context";
import { Unread } from "../filling/unread";

const { document: page, Node } = globalThis;
let engines: { readonly document: Document; readonly Node: typeof Node } | undefined;

/** How long the engine takes for an answer, in milliseconds. */
export const ENGINE_MS = 20;

export interface Shown {
  readonly form: Open;
  readonly unread: Unread;
  question(name: string): Question;
  /** Show the field of a question in place of what was shown; of none, nothing. */
  show(widget: Component, name: string, more?: Readonly<Record<string, unknown>>): Promise<void>;
  inputs(): HTMLInputElement[];
  /** Put a text into a field as keys do. */
  type(text: string, at?: number): void;
  all<E extends Element>(selector: string): E[];
  hide(): Promise<void>;
}

class End {
  onmessage: ((event: MessageEvent) => void) | null = null;
  other: End | undefined;
  postMessage(data: unknown): void {
    setTimeout(() => this.other?.onmessage?.({ data } as MessageEvent), ENGINE_MS / 2);
  }
  close(): void {
    this.onmessage = null;
  }
}

/** Open a shipped form, `changed` in its XML, and lay an empty page. */
export async function onPage(
  formId: string,
  start: Start,
  changed: (xml: string) => string = (xml) => xml,
): Promise<Shown> {
  const { shipped } = await import("../engine/shipped");
  const { serve } = await import("../engine/host");
  const { opened } = await import("../engine/remote");
  engines ??= { document: globalThis.document, Node: globalThis.Node };
  Object.assign(globalThis, engines);
  const [here, there] = [new End(), new End()];
  Object.assign(here, { other: there });
  Object.assign(there, { other: here });
  serve(there);
  const source: FormSource = shipped(formId);
  const form = await opened(here, { ...source, xml: changed(source.xml) }, start, "uk");
  // The engine reads a form with documents of its own; the screen needs those of the page.
  Object.assign(globalThis, { document: page, Node });
  return laid(form);
}

function laid(form: Open): Shown {
  const unread = new Unread(() => undefined);
  const host = page.createElement("main");
  page.body.append(host);
  const filling: Filling = {
    form,
    unread,
    pending: new Set(),
    isShown: () => true,
    left: (question) => unread.left(question),
    work: () => undefined,
  };
  const content = shallowRef<VNode>();
  let turn = 0;
  const app = createApp({ render: () => content.value && cloneVNode(content.value) });
  app.provide(FILLING, filling).mount(host);
  const all = <E extends Element>(selector: string): E[] => [...host.querySelectorAll<E>(selector)];
  const question = (name: string): Question => {
    const found = [...questions(form.parts)].find((one) => one.name === name);
    if (!found) throw new Error(`no question ${name}`);
    return found;
  };
  return {
    form,
    unread,
    question,
    all,
    inputs: () => all("input"),
    async show(widget, name, more = {}) {
      turn += 1;
      content.value = h(widget, { question: question(name), isWrong: false, ...more, key: turn });
      await nextTick();
    },
    type(text, at = 0) {
      const input = all<HTMLInputElement>("input")[at]!;
      input.value = text;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    },
    async hide() {
      content.value = undefined;
      await nextTick();
    },
  };
}
