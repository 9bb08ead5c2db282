import { describe, expect, test } from "vitest";
import { folded, Rows } from "./rows";

const CSV = `name,label,oblast
UA1,"Львів, Львівський район",UA-46
UA2,"Нова Львівка, Самбірський район",UA-46
UA3,"Камʼянка, Львівський район",UA-46
UA4,"Київ, ""Столиця""",UA-30
UA5,Без району,UA-46
UA6,"Львівське, Бериславський район",UA-65
`;
const rows = new Rows(CSV, "name", "label");
const only = { oblast: "UA-46" };
const found = (text: string, limit = 10): string[] =>
  rows.search({ only, text, limit }).map(({ name }) => name);

describe("places are found", () => {
  test.each([
    ["the whole name, then its beginning, then any part, then the raion", "львів", ["Львів", "Нова Львівка", "Камʼянка"]],
    ["whatever the apostrophe", "кам'янка", ["Камʼянка"]],
    ["without an apostrophe", "КАМЯН", ["Камʼянка"]],
    ["by the raion", "самбір", ["Нова Львівка"]],
    ["in the chosen oblast only", "київ", []],
    ["all of the oblast before anything is typed", "", ["Львів", "Нова Львівка", "Камʼянка", "Без району"]],
  ])("%s", (_why, text, names) => {
    expect(found(text)).toEqual(names);
  });

  test("as many as are asked for", () => {
    expect(found("", 2)).toEqual(["Львів", "Нова Львівка"]);
  });
});

test("a code has its place, with the raion apart", () => {
  expect(rows.find("UA2")).toEqual({ value: "UA2", name: "Нова Львівка", where: "Самбірський район" });
  expect(rows.find("UA4")).toEqual({ value: "UA4", name: "Київ", where: '"Столиця"' });
  expect(rows.find("UA5")?.where).toBe("");
  expect(rows.find("none")).toBeUndefined();
});

test("letters that people mix up are one", () => {
  expect(folded("Їжакове-Ґрунт’я")).toBe("іжакове грунтя");
});
