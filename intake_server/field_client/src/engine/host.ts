/** The worker's side of a form: does what the page asks, and tells what became of it. */
import type { Attachment, Start, Unasked } from "../contracts";
import { Hidden } from "./hidden";
import type { Call, Change, Opened, Port, ToForm, ToPage, Written } from "./messages";
import { type Form, open } from "./open";
import { type Part, questions } from "./parts";
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
  readonly #asked = new Map<string, ((file: Blob | undefined) => void)[]>();
  #hidden = new Hidden();
  #form: Form | undefined;

  constructor(private readonly port: Port<ToPage>) {}

  async hear(said: ToForm): Promise<void> {
    if ("asked" in said) return this.#bring(said.asked, said.file);
    const { turn, call } = said;
    try {
      const done = call.do === "open" ? await this.#open(call) : this.#done(call);
      this.#answer(turn, done);
    } catch {
      this.#refuse(turn, call);
    }
  }

  #answer(turn: number, { own, ...rest }: Done): void {
    const changes = rest.opened || rest.written ? [] : this.#changes(own);
    this.port.postMessage({ turn, changes, ...rest });
  }

  /** Whatever went wrong, whoever waits is answered. */
  #refuse(turn: number, call: Call): void {
    try {
      const changes = this.#changes("id" in call ? call.id : undefined);
      this.port.postMessage({ turn, changes, isRefused: true });
    } catch {
      this.port.postMessage({ turn, changes: [], isRefused: true });
    }
  }

  #changes(own: string | undefined): Change[] {
    const parts = this.#form?.parts ?? [];
    this.#hidden.follow(parts);
    return this.#told.changes(parts, own);
  }

  async #open({ source, start, language }: Extract<Call, { do: "open" }>): Promise<Done> {
    const media = (name: string): Promise<Blob | undefined> => this.#file(name);
    const form = await open({ ...source, title: { uk: "", en: "" }, media }, start, language);
    this.#form = form;
    this.#hidden = new Hidden(...hiddenIn(start, form.parts));
    this.#hidden.follow(form.parts);
    const parts = form.parts.map((part) => this.#told.whole(part));
    return { opened: { instanceId: form.instanceId, parts } };
  }

  #file(name: string): Promise<Blob | undefined> {
    return new Promise((resolve) => {
      this.#asked.set(name, [...(this.#asked.get(name) ?? []), resolve]);
      this.port.postMessage({ asks: name });
    });
  }

  #bring(name: string, file: Blob | undefined): void {
    for (const resolve of this.#asked.get(name) ?? []) resolve(file);
    this.#asked.delete(name);
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
        this.#hidden.answered(part, call.value);
      }
      if (call.do === "attach") {
        part.setFile(call.file);
        this.#told.hasFile(part);
      }
      return { own: part.id };
    }
    if (part?.part === "repeat") {
      if (call.do === "add") void part.add();
      if (call.do === "remove") void part.remove(call.row);
    }
    return {};
  }

  #written(form: Form, isOver: boolean): Written {
    const { xml, attachments } = isOver ? form.finished() : form.filled();
    return { xml, files: attachments.map(({ name }) => name), unasked: this.#hidden.unasked(form.parts) };
  }
}

/** What a form begins with of questions that are not asked yet. */
function hiddenIn(start: Start, parts: readonly Part[]): [readonly Unasked[], readonly Attachment[]] {
  if ("restored" in start) return [start.restored.unasked ?? [], start.restored.unaskedFiles ?? []];
  if (!("answers" in start)) return [[], []];
  const { answers = {} } = start;
  const hidden = [...questions(parts)].filter(({ isRelevant, name }) => !isRelevant && answers[name]);
  return [hidden.map(({ name, reference }) => ({ reference, value: answers[name] ?? "" })), []];
}
