/**
 * A form that is being filled in, as the page has it: the engine works in a worker, so that
 * no tap waits for it. What somebody answers stands at once; what the form makes of it, and
 * of all other questions, follows.
 */
import { markRaw, ref, shallowReactive } from "vue";
import type { Attachment, Filled, FormSource, Start } from "../contracts";
import type { Language } from "../language";
import { afterPress } from "../pressed";
import { script } from "../trusted";
import {
  type Answer,
  type Call,
  type Change,
  type GroupState,
  type PartState,
  type Port,
  type QuestionState,
  type RepeatState,
  type ToForm,
  type ToPage,
  UnreadableForm,
} from "./messages";
import { pagesOf } from "./pages";
import type { Group, Page, Part, Question, Repeat } from "./parts";
import address from "./worker?worker&url";

/** A form that is being filled in. */
export interface Open {
  readonly source: FormSource;
  readonly instanceId: string;
  readonly pages: readonly Page[];
  /** All parts, those of no page too. */
  readonly parts: readonly Part[];
  /** Called at each answer. */
  heard: () => void;
  speak(language: Language): void;
  /** Whether the form has not made yet of all answers what it makes of them. */
  readonly isBusy: boolean;
  /** Whether the engine has stopped: no answer reaches the form any more. */
  readonly isGone: boolean;
  /** Wait until it is busy no longer. */
  settled(): Promise<void>;
  /** The answers as they stand when this is called. */
  filled(): Promise<Filled>;
  /** The answers at the end: what is computed last is computed. */
  finished(): Promise<Filled>;
  /** Let go of the form once all that was asked of it is answered. */
  close(): Promise<void>;
}

/** The worker is gone: what was answered and not kept yet is lost with it. */
export class EngineGone extends Error {
  override readonly name = "EngineGone";
}

let worker: Worker | undefined;
/** What this worker has read ahead. */
let ahead: string | undefined;
const open_ = new Set<Mirror>();

/**
 * Open a form.
 *
 * Throws UnreadableForm where the form, or what is restored, cannot be read, and EngineGone
 * where nothing can be opened.
 */
export function open(source: FormSource, start: Start, language: Language): Promise<Open> {
  worker ??= started();
  const { port1, port2 } = new MessageChannel();
  worker.postMessage(null, [port2]);
  return opened(port1, source, start, language);
}

/** Have the engine ready, and a form read, so that opening it takes less long. */
export async function warm(source?: FormSource): Promise<void> {
  worker ??= started();
  const key = source && `${source.formId} ${source.version}`;
  if (!source || ahead === key) return;
  ahead = key;
  await open(source, {}, "uk").then((form) => form.close(), () => undefined);
}

/** Let go of the engine, and of all that it still holds of any form. */
export function forget(): void {
  worker?.terminate();
  worker = undefined;
  ahead = undefined;
  for (const mirror of open_) mirror.gone();
  open_.clear();
}

/** Open a form over a channel to where the engine is. */
export async function opened(
  port: Port<ToForm>,
  source: FormSource,
  start: Start,
  language: Language,
): Promise<Open> {
  const mirror = new Mirror(port, source);
  open_.add(mirror);
  try {
    return await mirror.begin(start, language);
  } catch (error) {
    open_.delete(mirror);
    port.close();
    throw error;
  }
}

function started(): Worker {
  const made = new Worker(script(address), { type: "module", name: "forms" });
  made.addEventListener("error", forget);
  return made;
}

type Shown<P extends Part> = { -readonly [K in keyof P]: P[K] };

interface Waiting {
  readonly answer: Promise<Answer>;
  readonly id: string | undefined;
  readonly done: (answer: Answer) => void;
  readonly failed: (error: Error) => void;
}

class Mirror {
  readonly #parts = new Map<string, Shown<Question> | Shown<Group> | Shown<Repeat>>();
  /** Files by the name that the answers give them. */
  readonly #files = new Map<string, Blob>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #isBusy = ref(false);
  readonly #isGone = ref(false);
  #turn = 0;
  #open: Open | undefined;

  constructor(
    private readonly port: Port<ToForm>,
    private readonly source: FormSource,
  ) {
    port.onmessage = ({ data }: MessageEvent<ToPage>) => this.#hear(data);
  }

  async begin(start: Start, language: Language): Promise<Open> {
    const { formId, version, xml } = this.source;
    const { unaskedFiles = [] } = "restored" in start ? start.restored : {};
    for (const { name, blob } of unaskedFiles) this.#files.set(name, blob);
    const { opened } = await this.#ask({ do: "open", source: { formId, version, xml }, start, language });
    if (!opened) throw new UnreadableForm(formId);
    const parts = opened.parts.map((state) => this.#part(state));
    const { instanceId } = opened;
    const [isBusy, isGone] = [this.#isBusy, this.#isGone];
    const made: Open = {
      source: this.source,
      instanceId,
      parts,
      pages: pagesOf(parts),
      heard: () => undefined,
      get isBusy() {
        return isBusy.value;
      },
      get isGone() {
        return isGone.value;
      },
      speak: (next) => this.#tell({ do: "speak", language: next }),
      settled: () => this.#settled(),
      filled: () => this.#filled(instanceId, false),
      finished: () => this.#filled(instanceId, true),
      close: () => this.#close(),
    };
    this.#open = markRaw(made);
    return this.#open;
  }

  /** The engine is gone: nobody waits for it any longer. */
  gone(): void {
    this.#isGone.value = true;
    for (const { failed } of this.#waiting.values()) failed(new EngineGone("the worker is gone"));
    this.#waiting.clear();
    this.#isBusy.value = false;
    this.port.close();
  }

  #hear(said: ToPage): void {
    if ("asks" in said) return void this.#bring(said.asks);
    if (said.written) this.#answered(said);
    else afterPress(() => this.#answered(said));
  }

  #answered(said: Answer): void {
    const waiting = this.#waiting.get(said.turn);
    this.#waiting.delete(said.turn);
    try {
      for (const change of said.changes) this.#apply(change);
    } finally {
      this.#isBusy.value = this.#waiting.size > 0;
      waiting?.done(said);
    }
  }

  async #bring(name: string): Promise<void> {
    const file = await this.source.media(name).catch(() => undefined);
    this.port.postMessage({ asked: name, file });
  }

  #ask(call: Call): Promise<Answer> {
    if (this.#isGone.value) return Promise.reject(new EngineGone("the worker is gone"));
    const turn = (this.#turn += 1);
    let ends!: Pick<Waiting, "done" | "failed">;
    const answer = new Promise<Answer>((done, failed) => (ends = { done, failed }));
    this.#waiting.set(turn, { answer, id: "id" in call ? call.id : undefined, ...ends });
    this.#isBusy.value = true;
    this.port.postMessage({ turn, call });
    return answer;
  }

  /** Ask for what nobody waits for. */
  #tell(call: Call): void {
    this.#ask(call).catch(() => undefined);
  }

  async #settled(): Promise<void> {
    while (this.#waiting.size > 0) {
      await Promise.all([...this.#waiting.values()].map(({ answer }) => answer));
    }
  }

  async #filled(instanceId: string, isOver: boolean): Promise<Filled> {
    const { written } = await this.#ask({ do: "fill", isOver });
    if (!written) throw new EngineGone("the answers could not be written");
    const attachments = written.files.flatMap((name) => this.#attached(name));
    const { formId, version } = this.source;
    const { xml, unasked } = written;
    const hidden = unasked.flatMap(({ value, isFile }) => (isFile ? this.#attached(value) : []));
    return {
      instanceId,
      formId,
      version,
      xml,
      attachments,
      ...(unasked.length > 0 ? { unasked } : {}),
      ...(hidden.length > 0 ? { unaskedFiles: hidden } : {}),
    };
  }

  #attached(name: string): Attachment[] {
    const blob = this.#files.get(name);
    return blob ? [{ name, type: blob.type, blob }] : [];
  }

  async #close(): Promise<void> {
    await this.#settled().catch(() => undefined);
    open_.delete(this);
    this.port.close();
  }

  #part(state: PartState): Part {
    const made = this.#made(state);
    this.#parts.set(state.id, made);
    return made;
  }

  #made(state: PartState): Part {
    if (state.part === "question") return this.#question(state);
    if (state.part === "group") return this.#group(state);
    return this.#repeat(state);
  }

  #question(state: QuestionState): Question {
    if (state.file) this.#files.set(state.value, state.file);
    const made: Shown<Question> = shallowReactive({
      ...state,
      set: (value: string) => {
        made.value = value;
        this.#changed({ do: "set", id: state.id, value });
      },
      setFile: (file: File | undefined) => {
        made.file = file;
        if (file) this.#files.set(file.name, file);
        this.#changed({ do: "attach", id: state.id, file });
      },
    });
    return made;
  }

  #group(state: GroupState): Group {
    return shallowReactive({ ...state, parts: state.parts.map((part) => this.#part(part)) });
  }

  #repeat(state: RepeatState): Repeat {
    const { id } = state;
    const change = async (call: Call): Promise<void> => {
      this.#open?.heard();
      await this.#ask(call).catch(() => undefined);
    };
    return shallowReactive({
      ...state,
      rows: state.rows.map((row) => this.#part(row) as Group),
      add: () => change({ do: "add", id }),
      remove: (row: string) => change({ do: "remove", id, row }),
    });
  }

  #changed(call: Call): void {
    this.#open?.heard();
    this.#tell(call);
  }

  /** What somebody has answered since stands; its own answer is on the way. */
  #apply({ id, now, rows }: Change): void {
    const part = this.#parts.get(id);
    if (!part) return;
    const isAwaited = [...this.#waiting.values()].some((one) => one.id === id);
    const { value: _, file: __, ...rest } = now;
    Object.assign(part, isAwaited ? rest : now);
    if (now.file && !this.#files.has(now.file.name)) this.#files.set(now.file.name, now.file);
    if (part.part !== "repeat" || !rows) return;
    part.rows = rows.map((row) => {
      return typeof row === "string" ? (this.#parts.get(row) as Group) : (this.#part(row) as Group);
    });
  }
}
