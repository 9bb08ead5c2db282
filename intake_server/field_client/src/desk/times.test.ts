// @vitest-environment node
import { afterEach, expect, test, vi } from "vitest";
import { timeOf } from "./times";

afterEach(() => vi.restoreAllMocks());

/** As Chrome 102, which does not know the zone by its newer name. */
function knowsTheOlderNameAlone(name: "toLocaleTimeString" | "toLocaleDateString"): void {
  const told = Date.prototype[name];
  vi.spyOn(Date.prototype, name).mockImplementation(function (this: Date, language, how) {
    if (how?.timeZone === "Europe/Kyiv") throw new RangeError("no such zone");
    return told.call(this, language as string, how);
  });
}

test("a moment is told in the time of Kyiv, with its day where that is another", () => {
  knowsTheOlderNameAlone("toLocaleTimeString");
  knowsTheOlderNameAlone("toLocaleDateString");
  const now = new Date("2026-11-26T22:30:00Z");

  expect(timeOf("2026-11-26T22:10:00Z", "uk", now)).toBe("00:10");
  expect(timeOf("2026-11-26T10:00:00Z", "uk", now)).toBe("26 листопада, 12:00");
});
