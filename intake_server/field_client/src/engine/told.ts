/** What the page was told of a form's parts, and what of them is another now. */
import type { Change, GroupState, PartState, QuestionState } from "./messages";
import type { Group, Part, Question, Repeat } from "./parts";

const SAID = ["label", "isRelevant"] as const;
const ASKED = [
  ...SAID,
  "reference",
  "hint",
  "isRequired",
  "isReadonly",
  "value",
  "fault",
  "choices",
  "list",
  "file",
] as const;

type Field = (typeof ASKED)[number];
type Fields = Partial<Record<Field, unknown>>;

export class Told {
  readonly #parts = new Map<string, Part>();
  readonly #fields = new Map<string, Fields>();
  readonly #rows = new Map<string, string>();

  part(id: string): Part | undefined {
    return this.#parts.get(id);
  }

  /** Tell of a part and all below it for the first time. */
  whole(part: Part): PartState {
    this.#parts.set(part.id, part);
    const fields = fieldsOf(part);
    this.#fields.set(part.id, fields);
    if (part.part === "question") return question(part, fields);
    if (part.part === "group") return this.#group(part);
    this.#rows.set(part.id, idsOf(part));
    const { id, name, reference, label, isRelevant, isCounted } = part;
    const rows = part.rows.map((row) => this.whole(row) as GroupState);
    return { part: "repeat", id, name, reference, label, isRelevant, isCounted, rows };
  }

  /** Tell of what has changed, and in any case of the value of one question. */
  changes(parts: readonly Part[], own?: string): Change[] {
    return parts.flatMap((part) => {
      const change = this.#change(part, own === part.id);
      const below = part.part === "group" ? part.parts : part.part === "repeat" ? part.rows : [];
      return [...change, ...this.changes(below, own)];
    });
  }

  /** That the page knows a question's file already. */
  hasFile({ id, file }: Question): void {
    this.#fields.set(id, { ...this.#fields.get(id), file });
  }

  #group(group: Group): GroupState {
    const { id, name, label, isRelevant, parts } = group;
    return { part: "group", id, name, label, isRelevant, parts: parts.map((one) => this.whole(one)) };
  }

  #change(part: Part, isOwn: boolean): Change[] {
    const before = this.#fields.get(part.id) ?? {};
    const fields = fieldsOf(part);
    const names = Object.keys(fields) as Field[];
    const other = names.filter(
      (name) => (isOwn && name === "value") || !isSame(before[name], fields[name]),
    );
    this.#fields.set(part.id, fields);
    const rows = part.part === "repeat" ? this.#rowsOf(part) : undefined;
    if (other.length === 0 && !rows) return [];
    const now = Object.fromEntries(other.map((name) => [name, fields[name]]));
    return [{ id: part.id, now, ...(rows ? { rows } : {}) }];
  }

  #rowsOf(repeat: Repeat): (GroupState | string)[] | undefined {
    const ids = idsOf(repeat);
    if (this.#rows.get(repeat.id) === ids) return undefined;
    this.#rows.set(repeat.id, ids);
    return repeat.rows.map((row) => {
      return this.#parts.has(row.id) ? row.id : (this.whole(row) as GroupState);
    });
  }
}

function fieldsOf(part: Part): Fields {
  if (part.part !== "question") return Object.fromEntries(SAID.map((name) => [name, part[name]]));
  return Object.fromEntries(ASKED.map((name) => [name, part[name]]));
}

function question({ part, id, kind, name, looks, maxPixels }: Question, fields: Fields): QuestionState {
  return { part, id, kind, name, looks, maxPixels, ...fields } as QuestionState;
}

function idsOf({ rows }: Repeat): string {
  return rows.map(({ id }) => id).join(" ");
}

/** Files are the same where they are one; all else where it says the same. */
function isSame(before: unknown, now: unknown): boolean {
  if (Object.is(before, now)) return true;
  if (typeof before !== "object" || before instanceof Blob || now instanceof Blob) return false;
  return JSON.stringify(before) === JSON.stringify(now);
}
