/**
 * The only module that knows the engine. What it hands out is of ours: `parts.ts`. It runs
 * in a worker: a form takes seconds to open on a slow phone, and no tap may wait for that.
 *
 * The engine's own payload leaves out files that it did not see chosen, so the answers are
 * taken from its tree: whatever file a question names is there.
 */
import {
  type AnyNode,
  type FormLanguage,
  type InstanceData,
  loadForm,
  type LoadFormResult,
  type RootNode,
} from "@getodk/xforms-engine";
import type { Answers, Attachment, Filled, FormSource, Start } from "../contracts";
import type { Language } from "../language";
import { lighten, type Lightened } from "./lists";
import { UnreadableForm } from "./messages";
import { type Part, questions } from "./parts";
import { Tree } from "./tree";

/** A form that the engine has open. */
export interface Form {
  readonly instanceId: string;
  readonly parts: readonly Part[];
  speak(language: Language): void;
  /** The answers as they stand. */
  filled(): Filled;
  /** The answers at the end: what is computed last is computed. */
  finished(): Filled;
}

type Readable = Exclude<LoadFormResult, { status: "failure" }>;

interface Loaded {
  readonly form: Readable;
  readonly lists: Lightened;
}

const loaded = new Map<string, Promise<Loaded>>();
const KEPT = 3;

/**
 * Open a form.
 *
 * Throws UnreadableForm where the form, or what is restored, cannot be read.
 */
export async function open(source: FormSource, start: Start, language: Language): Promise<Form> {
  const { form, lists } = await load(source);
  const root = await begun(form, start);
  const parts = new Tree(lists).parts(root.currentState.children);
  speak(root, language);
  if ("answers" in start && start.answers) answer(parts, start.answers);
  return {
    instanceId: instanceId(root),
    parts,
    speak: (next) => speak(root, next),
    filled: () => filled(source, root, parts),
    finished: () => {
      // Runs what a form computes at its end; the result itself lacks files.
      void root.prepareInstancePayload();
      return filled(source, root, parts);
    },
  };
}

function load(source: FormSource): Promise<Loaded> {
  const key = `${source.formId}\n${source.version}\n${source.xml.length}`;
  const found = loaded.get(key);
  if (found) return found;
  const read = readForm(source);
  loaded.set(key, read);
  read.catch(() => loaded.delete(key));
  const [oldest] = loaded.keys();
  if (loaded.size > KEPT && oldest) loaded.delete(oldest);
  return read;
}

async function readForm(source: FormSource): Promise<Loaded> {
  const lists = lighten(source.xml);
  const form = await loadForm(lists.xml, {
    fetchFormAttachment: async (address) => {
      const blob = await source.media(String(address).split("/").at(-1) ?? "");
      return blob ? new Response(blob) : new Response(null, { status: 404 });
    },
  });
  if (form.status === "failure") throw new UnreadableForm(source.formId);
  return { form, lists };
}

async function begun(form: Readable, start: Start): Promise<RootNode> {
  const config = {
    instanceAttachments: {
      fileNameFactory: ({ basename, extension }: { basename: string; extension: string | null }) =>
        `${basename}${extension ?? ""}`,
    },
  };
  try {
    if ("restored" in start) {
      const { root } = await form.restoreInstance({ data: [asData(start.restored)] }, config);
      return await withFiles(root);
    }
    if ("corrected" in start) {
      const data = asData(start.corrected);
      const input = { inputType: "FORM_INSTANCE_INPUT_RESOLVED", data: [data] } as const;
      const { root } = await form.editInstance(input, config);
      return await withFiles(root);
    }
  } catch {
    throw new UnreadableForm("answers");
  }
  return form.createInstance(config).root;
}

function asData({ xml, attachments }: Filled): InstanceData {
  const data = new FormData();
  data.set("xml_submission_file", new File([xml], "xml_submission_file", { type: "text/xml" }));
  for (const { name, type, blob } of attachments) data.set(name, new File([blob], name, { type }));
  return data as unknown as InstanceData;
}

/** The engine hands files out a little later than the rest. */
async function withFiles(root: RootNode): Promise<RootNode> {
  while (uploads(root.currentState.children).some((one) => one.currentState.attachmentState.loading))
    await new Promise((resolve) => setTimeout(resolve));
  return root;
}

type Upload = Extract<AnyNode, { nodeType: "upload" }>;

function uploads(nodes: readonly AnyNode[]): Upload[] {
  return nodes.flatMap((node) => {
    if (node.nodeType === "upload") return [node];
    return uploads((node.currentState.children ?? []) as readonly AnyNode[]);
  });
}

function filled(source: FormSource, root: RootNode, parts: readonly Part[]): Filled {
  return {
    instanceId: instanceId(root),
    formId: source.formId,
    version: source.version,
    xml: root.instanceState.instanceXML,
    attachments: [...questions(parts)].flatMap(({ file, isRelevant, value }): Attachment[] =>
      file && isRelevant ? [{ name: value, type: file.type, blob: file }] : [],
    ),
  };
}

function instanceId(root: RootNode): string {
  const meta = (root.currentState.children as readonly AnyNode[]).find(
    (node) => node.definition.qualifiedName.localName === "meta",
  );
  const id = ((meta?.currentState.children ?? []) as readonly AnyNode[]).find(
    (node) => node.definition.qualifiedName.localName === "instanceID",
  );
  return id ? (id.currentState as { readonly instanceValue: string }).instanceValue : "";
}

/** Languages are named as authors name them: `Українська (uk)`. */
function speak(root: RootNode, language: Language): void {
  const found = root.languages.find(
    (one): one is FormLanguage =>
      one.isSyntheticDefault == null && one.language.endsWith(`(${language})`),
  );
  if (found) root.setLanguage(found);
}

function answer(parts: readonly Part[], answers: Answers): void {
  for (const question of questions(parts)) {
    const value = answers[question.name];
    if (value !== undefined && value !== question.value && !question.isReadonly) question.set(value);
  }
}
