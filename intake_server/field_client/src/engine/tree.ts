/** The engine's tree as parts of ours: what it computes it keeps; we look it up. */
import type { AnyControlNode, GeneralChildNode, RepeatInstanceNode } from "@getodk/xforms-engine";
import type { Lightened, TakenOut } from "./lists";
import type { Choice, Fault, Group, Kind, LongList, Part, Question, Repeat } from "./parts";

type RepeatNode = Extract<GeneralChildNode, { nodeType: `repeat-range:${string}` }>;
type GroupNode = Extract<GeneralChildNode, { nodeType: "group" }>;

const OF_INPUT: Partial<Record<string, Kind>> = {
  string: "text",
  int: "integer",
  decimal: "decimal",
  date: "date",
  dateTime: "dateTime",
  time: "time",
  barcode: "code",
};
const NONE: ReadonlySet<string> = new Set();
const OF_FILE: Partial<Record<string, Kind>> = { image: "image", audio: "audio" };
/** Questions for text whose answer stands on a child's card. */
const CODES: ReadonlySet<string> = new Set(["child_ref", "sibling_group", "request_ref"]);

export class Tree {
  private readonly rows = new WeakMap<RepeatInstanceNode, Group>();
  /** Questions of long lists, and what their rows were chosen by. */
  private readonly filtered: { question: Question; taken: TakenOut; by: string }[] = [];

  constructor(private readonly lists: Pick<Lightened, "taken" | "alone">) {}

  parts(nodes: readonly GeneralChildNode[]): readonly Part[] {
    return nodes.flatMap((node): Part[] => {
      switch (node.nodeType) {
        case "model-value":
          return [];
        case "group":
          return node.definition.bodyElement ? [this.group(node)] : [];
        case "repeat-range:controlled":
        case "repeat-range:uncontrolled":
          return [this.repeat(node)];
        default:
          return [this.question(node)];
      }
    });
  }

  private group(node: GroupNode): Group {
    return {
      part: "group",
      id: node.nodeId,
      name: nameOf(node),
      get label() {
        return node.currentState.label?.asString ?? "";
      },
      get isRelevant() {
        return node.currentState.relevant;
      },
      parts: this.parts(node.currentState.children),
    };
  }

  private repeat(node: RepeatNode): Repeat {
    const change = async (run: () => void): Promise<void> => {
      run();
      this.changed();
    };
    const row = (one: RepeatInstanceNode): Group => this.row(one);
    return {
      part: "repeat",
      id: node.nodeId,
      name: nameOf(node),
      get reference() {
        return node.currentState.reference;
      },
      isCounted: node.nodeType === "repeat-range:controlled",
      get label() {
        return node.currentState.label?.asString ?? "";
      },
      get isRelevant() {
        return node.currentState.relevant;
      },
      get rows() {
        return node.currentState.children.map(row);
      },
      add: () =>
        change(() => {
          if (node.nodeType === "repeat-range:uncontrolled") node.addInstances();
        }),
      remove: (id: string) =>
        change(() => {
          const index = node.currentState.children.findIndex((row: RepeatInstanceNode) => row.nodeId === id);
          if (node.nodeType === "repeat-range:uncontrolled" && index >= 0) node.removeInstances(index);
        }),
    };
  }

  private row(node: RepeatInstanceNode): Group {
    const found = this.rows.get(node);
    if (found) return found;
    const made: Group = {
      part: "group",
      id: node.nodeId,
      name: nameOf(node),
      get label() {
        return node.currentState.label?.asString ?? "";
      },
      get isRelevant() {
        return node.currentState.relevant;
      },
      parts: this.parts(node.currentState.children),
    };
    this.rows.set(node, made);
    return made;
  }

  private question(node: AnyControlNode): Question {
    const taken = this.lists.taken.find(({ reference }) => reference === bare(node));
    const alone = this.lists.alone.get(bare(node)) ?? NONE;
    const name = nameOf(node);
    const looks = new Set<string>((node.appearances ?? []) as unknown as Iterable<string>);
    const state = node.currentState;
    const tree = this;
    const made: Question = {
      part: "question",
      id: node.nodeId,
      kind: taken ? "place" : kindOf(node, name),
      name,
      looks,
      maxPixels: (node.nodeType === "upload" && node.maxPixels) || undefined,
      get reference() {
        return state.reference;
      },
      get label() {
        return state.label?.asString ?? "";
      },
      get hint() {
        return state.hint?.asString ?? "";
      },
      get isRelevant() {
        return state.relevant;
      },
      get isRequired() {
        return state.required;
      },
      get isReadonly() {
        return state.readonly;
      },
      get value() {
        return state.instanceValue;
      },
      get fault() {
        return faultOf(node);
      },
      get choices() {
        return choicesOf(node, alone);
      },
      get list(): LongList | undefined {
        return taken && { ...taken, only: tree.only(node, taken) };
      },
      get file() {
        return (node.nodeType === "upload" && node.currentState.value) || undefined;
      },
      set: (value: string) => {
        write(node, value);
        if (taken) tree.remember(made);
        tree.changed();
      },
      setFile: (file: File | undefined) => {
        if (node.nodeType === "upload") node.setValue(file ?? null);
        tree.changed();
      },
    };
    if (taken) this.filtered.push({ question: made, taken, by: signature(made) });
    return made;
  }

  /** What the rows of a long list must hold now. */
  private only(node: AnyControlNode, taken: TakenOut): Record<string, string> {
    return Object.fromEntries(
      Object.entries(taken.only).map(([column, path]) => [column, valueAt(node, path)]),
    );
  }

  private remember(question: Question): void {
    const found = this.filtered.find((one) => one.question === question);
    if (found) found.by = signature(question);
  }

  /** A place of another oblast is no longer offered, so it is no longer the answer. */
  private changed(): void {
    for (const one of this.filtered) {
      if (!one.question.isRelevant) continue;
      const by = signature(one.question);
      if (by === one.by) continue;
      one.by = by;
      if (one.question.value) one.question.set("");
    }
  }
}

function signature({ list }: Question): string {
  return JSON.stringify(list?.only);
}

function nameOf(node: GeneralChildNode | RepeatInstanceNode): string {
  return node.definition.qualifiedName.localName;
}

/** The place of a question without the numbers of rows. */
function bare(node: AnyControlNode): string {
  return node.currentState.reference.replace(/\[\d+\]/g, "");
}

/** The answer at a place, in the same row where both are in one. */
function valueAt(from: AnyControlNode, path: string): string {
  let above: unknown = from.parent;
  while (above) {
    const node = above as GroupNode;
    const found = below(node.currentState.children ?? [], path);
    if (found !== undefined) return found;
    above = node.parent;
  }
  return "";
}

function below(nodes: readonly GeneralChildNode[], path: string): string | undefined {
  for (const node of nodes) {
    const own = node.currentState.reference.replace(/\[\d+\]/g, "");
    if (own === path)
      return (node.currentState as { readonly instanceValue?: string }).instanceValue;
    if (node.nodeType === "group" && path.startsWith(`${own}/`))
      return below(node.currentState.children, path);
  }
  return undefined;
}

function kindOf(node: AnyControlNode, name: string): Kind {
  switch (node.nodeType) {
    case "select":
      return node.selectType === "select" ? "many" : "one";
    case "upload":
      return OF_FILE[node.nodeOptions.media.type ?? ""] ?? "file";
    case "note":
      return "note";
    case "trigger":
      return "acknowledge";
    case "range":
      return node.valueType === "int" ? "integer" : "decimal";
    case "rank":
      return "other";
    default:
      if (node.valueType === "string" && CODES.has(name)) return "code";
      return OF_INPUT[node.valueType] ?? "other";
  }
}

function faultOf(node: AnyControlNode): Fault | undefined {
  const violation = node.validationState.violation;
  if (!violation || !node.currentState.relevant) return undefined;
  return { kind: violation.condition, text: violation.message?.asString ?? "" };
}

function choicesOf(node: AnyControlNode, alone: ReadonlySet<string>): readonly Choice[] {
  if (node.nodeType !== "select") return [];
  return node.currentState.valueOptions.map(({ value, label }) => ({
    value,
    label: label.asString,
    isAlone: alone.has(value),
  }));
}

function write(node: AnyControlNode, value: string): void {
  switch (node.nodeType) {
    case "select": {
      const offered = value.split(" ").filter((one) => one && node.getValueOption(one));
      if (node.selectType === "select") node.selectValues(offered);
      else node.selectValue(offered[0] ?? null);
      break;
    }
    case "trigger":
      node.setValue(value !== "");
      break;
    case "range":
      node.setValue(value);
      break;
    case "input":
      node.setValue(value);
      break;
    default:
      break;
  }
}
