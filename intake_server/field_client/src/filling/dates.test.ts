import { describe, expect, test } from "vitest";
import { inKyiv, join, moment, split, spoken, today } from "./dates";

describe("a day is what the calendar has", () => {
  test.each([
    [{ day: "4", month: "3", year: "2012" }, "2012-03-04"],
    [{ day: "29", month: "02", year: "2024" }, "2024-02-29"],
    [{ day: "29", month: "02", year: "2023" }, undefined],
    [{ day: "31", month: "4", year: "2023" }, undefined],
    [{ day: "1", month: "13", year: "2023" }, undefined],
    [{ day: "", month: "3", year: "2012" }, undefined],
    [{ day: "1", month: "1", year: "12" }, undefined],
  ])("%j is %s", (parts, day) => {
    expect(join(parts)).toBe(day);
  });

  test("and is taken apart again", () => {
    expect(split("2012-03-04")).toEqual({ day: "04", month: "03", year: "2012" });
    expect(split("")).toEqual({ day: "", month: "", year: "" });
  });
});

describe("a moment is told in the time of Kyiv", () => {
  test.each([
    ["2026-11-26", "10:00", "2026-11-26T10:00:00.000+02:00"],
    ["2026-07-01", "23:59", "2026-07-01T23:59:00.000+03:00"],
    ["2026-03-29", "04:00", "2026-03-29T04:00:00.000+03:00"],
    ["2026-03-29", "02:59", "2026-03-29T02:59:00.000+02:00"],
  ])("%s %s is %s", (day, time, value) => {
    expect(moment(day, time)).toBe(value);
    expect(inKyiv(value)).toEqual({ day, time });
  });

  test("wherever the phone thinks it is", () => {
    expect(inKyiv("2026-11-26T10:00:00.000+05:00")).toEqual({ day: "2026-11-26", time: "07:00" });
    expect(inKyiv("nothing")).toEqual({ day: "", time: "" });
  });
});

test("days are spoken as people write them", () => {
  expect(spoken("2012-03-04")).toBe("04.03.2012");
  expect(spoken("2026-11-26T10:00:00.000+02:00")).toBe("26.11.2026, 10:00");
  expect(today(new Date(2026, 0, 2))).toBe("2026-01-02");
});
