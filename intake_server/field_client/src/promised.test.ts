// @vitest-environment node
/** What the oldest browsers that are promised (Chrome 100, Safari 16) do not read. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "lightningcss";
import { parseAst } from "vite";
import { expect, test } from "vitest";

const SOURCES = import.meta.dirname;
const BUILT = join(SOURCES, "../../static/field");

type Part = Record<string, unknown>;

function named(folder: string, ending: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

function* parts(part: unknown): Generator<Part> {
  if (typeof part !== "object" || part === null) return;
  if (!Array.isArray(part)) yield part as Part;
  for (const inner of Object.values(part)) yield* parts(inner);
}

interface Pattern {
  readonly pattern: string;
  readonly flags: string;
}

/** Regular expressions of a script: those it writes, and texts that it may make one of. */
function* patterns(script: string): Generator<Pattern> {
  for (const part of parts(parseAst(script, { lang: "js" }))) {
    const { regex, value, callee, arguments: given } = part as Part & {
      regex?: Pattern;
      callee?: Part;
      arguments?: Part[];
    };
    if (part.type === "Literal" && regex) yield regex;
    if (part.type === "Literal" && typeof value === "string") yield { pattern: value, flags: "" };
    if (part.type === "TemplateElement") yield { pattern: (value as { raw: string }).raw, flags: "" };
    if (callee?.name === "RegExp") yield { pattern: "", flags: String(given?.[1]?.value ?? "") };
  }
}

/** Whether it looks behind, or changes its flags inside: no letters of a class, none escaped. */
function isTooNew({ pattern, flags }: Pattern): boolean {
  const bare = pattern.replace(/\\[^]/g, "").replace(/\[[^\]]*\]/g, "");
  return /\(\?<[=!]|\(\?[ims]*-?[ims]+[:)]/.test(bare) || flags.includes("v");
}

test.each([
  ["(?<=a)b", "", true],
  ["(?<!a)b", "u", true],
  ["(?i:a)b", "", true],
  ["[a]", "v", true],
  ["(?<name>a)(?:b)(?=c)(?!d)", "dgimsuy", false],
  ["[(?<=]\\(?<=", "", false],
])("%s with %s is too new: %s", (pattern, flags, expected) => {
  expect(isTooNew({ pattern, flags })).toBe(expected);
});

test("no regular expression of the client is too new for them", () => {
  const scripts = named(BUILT, ".js");
  const found = scripts.flatMap((name) => [...patterns(readFileSync(name, "utf8"))]);

  expect(found.length).toBeGreaterThan(100);
  expect(found.filter(isTooNew)).toEqual([]);
});

test("no style depends on what an element holds, or on a unit that is too new", () => {
  const found: string[] = [];
  for (const name of named(SOURCES, ".css")) {
    transform({
      filename: name,
      code: readFileSync(name),
      visitor: {
        Selector: (selector) => {
          for (const part of parts(selector)) if (part.kind === "has") found.push(`${name}: :has()`);
        },
        Length: ({ unit }) => {
          if (/^([sld]v|cq)/.test(unit)) found.push(`${name}: ${unit}`);
        },
      },
    });
  }
  expect(found).toEqual([]);
});
