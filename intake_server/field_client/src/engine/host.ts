/** The worker's side of a form: does what the page asks, and tells what became of it. */
import type { Call, Opened, Port, ToForm, ToPage, Written } from "./messages";
import { type Form, open } from "./open";
import { recall } from "./recall";
import { Told } from "./told";

interface Done {
  /** The question that was answered: the page is told its value whatever it is. */
  readonly own?: string;
  readonly opened?: Opened;
  readonly written?: Written;
}

export function serve(port: Port<ToPage>): void {
  const host = new Host(port);
  port.onmessage = ({ data }: MessageEvent<ToForm>) => void host.hear(data);
}

class Host {
  readonly #told = new Told();
  readonly #asked = new Map<string, (file: Blob | undefined) => void>();
  #form: Form | undefined;

  constructor(private readonly port: Port<ToPage>) {}

  async hear(said: ToForm): Promise<void> {
    if ("asked" in said) return this.#asked.get(said.asked)?.(said.file);
    const { turn, call } = said;
    try {
      const done = call.do === "open" ? await this.#open(call) : this.#done(call);
      this.#answer(turn, done);
    } catch {
      this.#answer(turn, {}, true);
    }
  }

  #answer(turn: number, { own, ...rest }: Done, isRefused = false): void {
    const changes = rest.opened ? [] : this.#told.changes(this.#form?.parts ?? [], own);
    this.port.postMessage({ turn, changes, ...rest, ...(isRefused ? { isRefused } : {}) });
  }

  async #open({ source, start, language }: Extract<Call, { do: "open" }>): Promise<Done> {
    const media = (name: string): Promise<Blob | undefined> => this.#file(name);
    const form = await open({ ...source, title: { uk: "", en: "" }, media }, start, language);
    this.#form = form;
    const unasked = recall(form.parts, "restored" in start ? (start.restored.unasked ?? []) : []);
    const parts = form.parts.map((part) => this.#told.whole(part));
    for (const [question, value] of unasked) this.#told.hides(question, value);
    return { opened: { instanceId: form.instanceId, parts } };
  }

  #file(name: string): Promise<Blob | undefined> {
    return new Promise((resolve) => {
      this.#asked.set(name, resolve);
      this.port.postMessage({ asks: name });
    });
  }

  #done(call: Exclude<Call, { do: "open" }>): Done {
    if (!this.#form) return {};
    switch (call.do) {
      case "speak":
        this.#form.speak(call.language);
        return {};
      case "fill":
        return { written: this.#written(this.#form, call.isOver) };
      default:
        return this.#change(call);
    }
  }

  #change(call: Extract<Call, { id: string }>): Done {
    const part = this.#told.part(call.id);
    if (part?.part === "question") {
      if (call.do === "set") {
        part.set(call.value);
        this.#told.hides(part, call.value);
      }
      if (call.do === "attach") {
        part.setFile(call.file);
        this.#told.hasFile(part);
      }
      return { own: part.id };
    }
    if (part?.part === "repeat") {
      if (call.do === "add") void part.add();
      if (call.do === "remove") void part.remove(call.index);
    }
    return {};
  }

  #written(form: Form, isOver: boolean): Written {
    const { xml, attachments } = isOver ? form.finished() : form.filled();
    return { xml, files: attachments.map(({ name }) => name), unasked: this.#told.unasked() };
  }
}
