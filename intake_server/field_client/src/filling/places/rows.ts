/**
 * A list of places in memory: one folded text, searched in any part, without an object for
 * each of thirty thousand rows.
 */

export interface Place {
  readonly value: string;
  /** The name, without the rest of the label. */
  readonly name: string;
  /** The rest of the label: raion, oblast. */
  readonly where: string;
}

export interface Asked {
  /** Columns and what they must hold. */
  readonly only: Readonly<Record<string, string>>;
  readonly text: string;
  readonly limit: number;
}

const APOSTROPHES = /[’'`ʼ‘′´"]/g;

/** Letters as one searches them: no case, no apostrophe, no difference of і and ї or е and є. */
export function folded(text: string): string {
  return text
    .toLowerCase()
    .replace(APOSTROPHES, "")
    .replace(/ї/g, "і")
    .replace(/є/g, "е")
    .replace(/ґ/g, "г")
    .replace(/[-–—\s]+/g, " ")
    .trim();
}

export class Rows {
  private readonly values: string[] = [];
  private readonly labels: string[] = [];
  private readonly keys: string[] = [];
  private readonly columns = new Map<string, string[]>();
  private readonly places = new Map<string, number>();

  /** `csv` has a head; `value` and `label` name columns of it. */
  constructor(csv: string, value: string, label: string) {
    const lines = cells(csv);
    const head: string[] = lines.next().value ?? [];
    for (const name of head) this.columns.set(name, []);
    const [at, called] = [head.indexOf(value), head.indexOf(label)];
    for (const line of lines) {
      if (line.length < head.length) continue;
      this.places.set(line[at] ?? "", this.values.length);
      this.values.push(line[at] ?? "");
      this.labels.push(line[called] ?? "");
      this.keys.push(folded(line[called] ?? ""));
      head.forEach((name, place) => this.columns.get(name)?.push(line[place] ?? ""));
    }
  }

  /** The place of a code; undefined where the list has none. */
  find(value: string): Place | undefined {
    const index = this.places.get(value);
    return index === undefined ? undefined : this.place(index);
  }

  /** Places that a text fits: those that begin with it first, then names, then raions. */
  search({ only, text, limit }: Asked): readonly Place[] {
    const wanted = folded(text);
    const kept = Object.entries(only).map(
      ([name, value]) => [this.columns.get(name) ?? [], value] as const,
    );
    const found: number[][] = [[], [], [], []];
    for (let index = 0; index < this.keys.length; index += 1) {
      if (!kept.every(([column, value]) => column[index] === value)) continue;
      const rank = ranked(this.keys[index] ?? "", wanted);
      if (rank !== undefined) found[rank]?.push(index);
    }
    return found.flat().slice(0, limit).map((index) => this.place(index));
  }

  private place(index: number): Place {
    const label = this.labels[index] ?? "";
    const comma = label.indexOf(", ");
    const name = comma < 0 ? label : label.slice(0, comma);
    return {
      value: this.values[index] ?? "",
      name,
      where: comma < 0 ? "" : label.slice(comma + 2),
    };
  }
}

function ranked(key: string, wanted: string): number | undefined {
  const at = key.indexOf(wanted);
  if (at < 0) return undefined;
  const comma = key.indexOf(",");
  const name = comma < 0 ? key : key.slice(0, comma);
  if (name === wanted) return 0;
  if (at === 0) return 1;
  return at < name.length ? 2 : 3;
}

/** Yield the cells of each line; a cell in quotes may hold commas and quotes. */
function* cells(csv: string): Generator<string[]> {
  const lines = csv.replace(/^\uFEFF/, "").split(/\r?\n/);
  for (const line of lines) {
    if (!line) continue;
    yield line.includes('"') ? quoted(line) : line.split(",");
  }
}

function quoted(line: string): string[] {
  const found = line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g);
  return [...found].map(([, inside, plain]) => inside?.replaceAll('""', '"') ?? plain ?? "");
}
