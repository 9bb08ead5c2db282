// @vitest-environment node
import { expect, test } from "vitest";
import { besides, isPractised } from "./practised";

test.each([
  ["900000002026112201", true],
  ["2026112201", false],
  ["9000000020261122", false],
  ["9000000020261122010", false],
  ["800000002026112201", false],
  ["", false],
])("a form of the version %j is one for practice: %j", (version, is) => {
  expect(isPractised(version)).toBe(is);
});

test.each([
  ["900000002026112201", false, "practice"],
  ["900000002026112201", true, undefined],
  ["2026112201", false, undefined],
  ["2026112201", true, "earnest"],
] as const)("a form of the version %j is told apart where the phone practises, %j: %j", (version, isPractice, said) => {
  expect(besides(version, isPractice)).toBe(said);
});
