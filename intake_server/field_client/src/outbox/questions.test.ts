// @vitest-environment node
import "../engine/dom";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { questions } from "./questions";

const FORMS = join(import.meta.dirname, "../../../../tests/vectors/field/forms");
const XML = readFileSync(join(FORMS, "reception.xml"), "utf-8");

describe("the questions of a form", () => {
  it("are named in both languages, by the path that a node knows", () => {
    const [uk, en] = (["uk", "en"] as const).map((language) => questions(XML, language));
    const label = (all: typeof uk, field: string) => all!.find((each) => each.field === field)?.label;
    expect(label(uk, "g_child/family_name")).toBe("Прізвище");
    expect(label(en, "g_child/family_name")).toBe("Family name");
    expect(uk!.map(({ field }) => field)).toEqual(en!.map(({ field }) => field));
    expect(uk!.every(({ label: each }) => each !== "")).toBe(true);
  });

  it("have choices where one is chosen, and leave photos out", () => {
    const all = questions(XML, "uk");
    const sex = all.find(({ field }) => field.endsWith("/sex"))!;
    expect(sex.kind).toBe("choice");
    expect(sex.choices.length).toBeGreaterThan(1);
    expect(sex.choices.every(({ value, label }) => value && label)).toBe(true);
    expect(all.find(({ field }) => field.endsWith("/birth_date"))?.kind).toBe("date");
    expect(all.find(({ field }) => field.endsWith("photo_id"))).toBeUndefined();
  });
});
