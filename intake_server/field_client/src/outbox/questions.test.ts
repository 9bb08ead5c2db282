// @vitest-environment node
import "../engine/dom";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bare, inRow, questions, rowOf } from "./questions";

const FORMS = join(import.meta.dirname, "../../../../tests/vectors/field/forms");
const read = (name: string): string => readFileSync(join(FORMS, `${name}.xml`), "utf-8");
const XML = read("reception");

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

  it("have all choices where some are chosen, in the order of the form", () => {
    const needs = questions(XML, "uk").find(({ field }) => field.endsWith("/urgent_needs"))!;
    expect(needs.kind).toBe("choices");
    expect(needs.choices.length).toBeGreaterThan(2);
    expect(needs.choices.every(({ value, label }) => value && label && value !== label)).toBe(true);
    const list = XML.indexOf('<instance id="urgent_need"');
    expect(needs.choices.filter(({ isAlone }) => isAlone).map(({ value }) => value)).toEqual(["none"]);
    const order = needs.choices.map(({ value }) => XML.indexOf(`<name>${value}</name>`, list));
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it("are places where their choices are in a file beside the form", () => {
    const places = questions(XML, "uk").filter(({ kind }) => kind === "place");
    expect(places.map(({ field, list }) => [field, list])).toEqual([
      ["g_return/home_settlement", { file: "katottg-2026-07.csv", value: "name", label: "label" }],
    ]);
  });

  it("tell of which rows they are asked", () => {
    const all = questions(read("followup"), "en");
    const state = all.find(({ field }) => field === "services/svc_state")!;
    expect(state.repeats).toEqual([{ path: "services", label: expect.stringMatching(/\w/) }]);
    expect(all.find(({ field }) => field === "any_services")!.repeats).toEqual([]);
  });
});

it("asked in rows of rows tell of both, the outer first", () => {
  const xml = `<html><head><model><instance><data/></instance></model></head><body>
    <group><label>Kin</label><repeat nodeset="/data/kin"><group><label>Phones</label>
    <repeat nodeset="/data/kin/phones"><input ref="/data/kin/phones/phone"><label>Phone</label></input>
    </repeat></group></repeat></group></body></html>`;
  expect(questions(xml, "en").map(({ repeats }) => repeats)).toEqual([
    [
      { path: "kin", label: "Kin" },
      { path: "kin/phones", label: "Phones" },
    ],
  ]);
});

describe("a field", () => {
  const [outer, inner] = [
    { path: "g_kin/kin", label: "Kin" },
    { path: "g_kin/kin/phones", label: "Phones" },
  ];
  const field = "g_kin/kin/phones/phone";

  it("names the row of a repeat, and is the field of the same question", () => {
    const named = inRow(inRow(field, inner, "12"), outer, "2");
    expect(named).toBe("g_kin/kin[2]/phones[12]/phone");
    expect([rowOf(named, outer), rowOf(named, inner)]).toEqual(["2", "12"]);
    expect(bare(named)).toBe(field);
    expect(inRow(named, outer, "3")).toBe("g_kin/kin[3]/phones[12]/phone");
  });

  it.each(["", "0", "02", "1.5", "x", "-1", "100000"])("names no row by %o", (row) => {
    expect(inRow(inRow(field, outer, "2"), outer, row)).toBe(field);
    expect(rowOf(field, outer)).toBe("");
  });
});
