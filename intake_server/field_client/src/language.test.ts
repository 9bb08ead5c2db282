import { beforeEach, expect, test } from "vitest";
import { count, language, say } from "./language";

beforeEach(() => {
  language.value = "uk";
});

const WAITING = {
  one: { uk: "{n} форма чекає", en: "{n} form waits" },
  few: { uk: "{n} форми чекають", en: "{n} forms wait" },
  many: { uk: "{n} форм чекає", en: "{n} forms wait" },
};

test.each([
  [1, "1 форма чекає", "1 form waits"],
  [3, "3 форми чекають", "3 forms wait"],
  [5, "5 форм чекає", "5 forms wait"],
  [21, "21 форма чекає", "21 forms wait"],
])("a count of %i is said as people say it", (n, uk, en) => {
  expect(count(n, WAITING)).toBe(uk);
  language.value = "en";
  expect(count(n, WAITING)).toBe(en);
});

test("what is put in stands where it is named, and nothing else is touched", () => {
  expect(say({ uk: "Дитина {place} з {all}", en: "" }, { place: 2 })).toBe("Дитина 2 з {all}");
});
