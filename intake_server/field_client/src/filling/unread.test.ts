// @vitest-environment node
import { expect, test, vi } from "vitest";
import { pagesOf } from "../engine/pages";
import { type Repeat } from "../engine/parts";
import { ask, give, opened } from "../engine/shipped";
import { faultsOf, missing } from "./progress";
import { T } from "./texts";
import { Unread } from "./unread";

const CONSENT = { comm_mode: "speech", consent_intake: "given", consent_by: "parent" };
const DIGITS = { texts: ["12-13"], why: "digits" } as const;

async function reception() {
  const form = await opened("reception");
  give(form, CONSENT);
  const birth = ask(form, "birth_date");
  const heard = vi.fn();
  const unread = new Unread(heard);
  const names = (): string[] =>
    missing({ pages: pagesOf(form.parts) }, unread).map(({ question }) => question.name);
  return { form, birth, heard, unread, names };
}

test("what is no answer counts as missing, of a question that need not be answered too", async () => {
  const { form, birth, heard, unread, names } = await reception();
  expect(names()).not.toContain("birth_date");

  unread.note(birth, DIGITS);

  expect(names()).toContain("birth_date");
  expect(heard).toHaveBeenCalledTimes(1);
  const page = pagesOf(form.parts).find(({ parts }) => parts.includes(birth));
  expect(page && faultsOf(page, unread)).toContain(birth);
  unread.note(birth);
  expect(names()).not.toContain("birth_date");
  expect(heard).toHaveBeenCalledTimes(2);
});

test("a question that is not asked now stops nobody, and has its text when it is asked again", async () => {
  const { form, birth, unread, names } = await reception();
  unread.note(birth, DIGITS);

  give(form, { consent_intake: "refused" });
  expect(birth.isRelevant).toBe(false);
  expect(names()).not.toContain("birth_date");
  expect(unread.written(form.parts)).toHaveLength(1);
  give(form, { consent_intake: "given" });

  expect(names()).toContain("birth_date");
  expect(unread.begin(birth)).toEqual(["12-13"]);
});

test("what is no answer is told once the question is left, until it is mended", async () => {
  const { birth, unread } = await reception();
  unread.note(birth, DIGITS);
  expect(unread.fault(birth)).toBeUndefined();

  unread.left(birth);
  unread.note(birth, { texts: ["12-"], why: "digits" });
  expect(unread.fault(birth)).toBe(T.digits);

  unread.note(birth);
  expect(unread.fault(birth)).toBeUndefined();
  unread.note(birth, DIGITS);
  expect(unread.fault(birth)).toBeUndefined();
});

test("what is no answer is kept by the place of its question, also in a row", async () => {
  const form = await opened("registration", { answers: { any_documents: "yes" } });
  const rows = (of: typeof form): Repeat =>
    pagesOf(of.parts)
      .flatMap(({ parts }) => parts)
      .find((part): part is Repeat => part.part === "repeat" && part.isRelevant) as Repeat;
  await rows(form).add();
  const inRow = rows(form).rows.at(-1)?.parts.find((part) => part.part === "question");
  if (inRow?.part !== "question") throw new Error("no question in the row");
  const unread = new Unread(() => undefined);
  unread.note(inRow, DIGITS);
  const kept = unread.written(form.parts);
  expect(structuredClone(kept)).toEqual(kept);
  expect(kept.map(({ reference }) => reference)).toEqual([inRow.reference]);

  const again = await opened("registration", { restored: form.filled() });
  const other = new Unread(() => undefined);
  other.restore(again.parts, [...kept, { reference: "/data/gone", texts: ["1"], why: "digits" }]);

  expect(other.written(again.parts)).toEqual(kept);
  await rows(form).remove(rows(form).rows.at(-1)?.id ?? "");
  expect(unread.written(form.parts)).toEqual([]);
});
