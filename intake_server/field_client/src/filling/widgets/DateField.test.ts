import { afterEach, expect, test, vi } from "vitest";
import type { Start } from "../../contracts";
import { ENGINE_MS, onPage, type Shown } from "../../testing/widgets";
import DateField from "./DateField.vue";

const CONSENT = { comm_mode: "speech", consent_intake: "given", consent_by: "parent" };
let shown: Shown;

async function begin(start: Start = { answers: CONSENT }, formId = "reception"): Promise<void> {
  shown = await onPage(formId, start);
  vi.useFakeTimers();
  await turnTo();
}

async function turnTo(): Promise<void> {
  await shown.show(DateField, "birth_date", { precision: shown.question("dob_precision") });
}

async function typed(day: string, month: string, year: string): Promise<void> {
  [day, month, year].forEach((text, at) => {
    if (shown.inputs()[at]!.value !== text) shown.type(text, at);
  });
  await vi.advanceTimersByTimeAsync(200 + ENGINE_MS);
}

/** Leave the page and come back to it. */
async function turned(): Promise<void> {
  await shown.hide();
  await vi.advanceTimersByTimeAsync(ENGINE_MS);
  await turnTo();
}

/** Leave the form and open its draft. */
async function reopened(): Promise<void> {
  await shown.hide();
  await vi.advanceTimersByTimeAsync(ENGINE_MS);
  vi.useRealTimers();
  await begin({ restored: await shown.form.filled() });
}

async function choose(exact: string): Promise<void> {
  shown.question("dob_precision").set(exact);
  await vi.advanceTimersByTimeAsync(ENGINE_MS);
}

const exact = (): string => shown.question("dob_precision").value;
const day = (): string => shown.question("birth_date").value;

afterEach(async () => {
  await shown.hide();
  vi.useRealTimers();
});

test.each([
  ["at once", () => Promise.resolve()],
  ["after the page was turned", turned],
  ["after the draft was opened again", reopened],
])("a date of which the year was known is exact once it is completed %s", async (_, meanwhile) => {
  await begin();
  await typed("", "", "2012");
  expect([day(), exact()]).toEqual(["2012-01-01", "year"]);
  await meanwhile();

  await typed("", "3", "2012");
  expect([day(), exact()]).toEqual(["2012-03-01", "month"]);
  await meanwhile();
  await typed("4", "03", "2012");

  expect([day(), exact()]).toEqual(["2012-03-04", "day"]);
});

test.each([
  ["at once", () => Promise.resolve()],
  ["after the page was turned", turned],
])("how exact a date is stays as somebody chose it before, %s", async (_, meanwhile) => {
  await begin({}, "registration");
  await choose("year");
  await typed("", "", "2012");
  await meanwhile();

  await typed("4", "3", "2012");

  expect([day(), exact()]).toEqual(["2012-03-04", "year"]);
});

test.each([
  ["at once", () => Promise.resolve()],
  ["after the page was turned", turned],
  ["after the draft was opened again", reopened],
])("how exact a date is stays as somebody chose it after, %s", async (_, meanwhile) => {
  await begin();
  await typed("4", "3", "2012");
  await choose("year");
  await meanwhile();

  await typed("5", "03", "2012");

  expect([day(), exact()]).toEqual(["2012-03-05", "year"]);
});
