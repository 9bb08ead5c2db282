import { afterEach, expect, test, vi } from "vitest";
import { ENGINE_MS, onPage, type Shown } from "../../testing/widgets";
import TextField from "./TextField.vue";

const CONSENT = { comm_mode: "speech", consent_intake: "given", consent_by: "parent" };
const PAUSE_MS = 150;
let shown: Shown;

/** The age as a form asks it that has it in parts of a year. */
const inParts = (xml: string): string =>
  xml.replace('nodeset="/data/g_child/age_years" type="int"', 'nodeset="/data/g_child/age_years" type="decimal"');

async function age(changed?: (xml: string) => string): Promise<HTMLInputElement> {
  shown = await onPage("reception", { answers: CONSENT }, changed);
  vi.useFakeTimers();
  await shown.show(TextField, "age_years");
  const [field] = shown.inputs();
  field!.focus();
  return field!;
}

async function pause(ms = PAUSE_MS + ENGINE_MS): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

afterEach(async () => {
  await shown.hide();
  vi.useRealTimers();
});

test("a number that is typed slowly is not written over by what the form makes of it", async () => {
  const field = await age(inParts);
  shown.type("3");
  await pause();
  expect(shown.question("age_years").value).toBe("3.0");
  expect(field.value).toBe("3");

  shown.type(`${field.value}5`);
  await pause();
  expect(shown.question("age_years").value).toBe("35.0");
  field.blur();
  await pause();
  expect(field.value).toBe("35");
  await shown.show(TextField, "age_years");
  expect(shown.inputs()[0]!.value).toBe("35");
});

test("a number that goes on while the form is slow is not written over either", async () => {
  const field = await age(inParts);
  shown.type("3");
  await pause(PAUSE_MS + ENGINE_MS / 2);
  shown.type("35");
  await pause(ENGINE_MS);
  expect(field.value).toBe("35");

  await pause();
  expect(shown.question("age_years").value).toBe("35.0");
});

test.each(["007", "7,50", "0,5", "7.0"])("%s stays as it was typed", async (text) => {
  const field = await age(inParts);
  shown.type(text);
  await pause();
  field.blur();
  await pause();
  expect(field.value).toBe(text);
  expect(Number(shown.question("age_years").value)).toBe(Number(text.replace(",", ".")));
});

test("a whole number with noughts before it stays as it was typed", async () => {
  const field = await age();
  shown.type("007");
  await pause();
  field.blur();
  expect(field.value).toBe("007");
  expect(shown.question("age_years").value).toBe("7");
});

test("what the form itself makes another number is shown once the field is left", async () => {
  const field = await age(inParts);
  shown.type("7");
  await pause();
  shown.question("age_years").set("9");
  await pause();
  expect(field.value).toBe("7");

  field.blur();
  await pause();
  expect(field.value).toBe("9");
  shown.question("age_years").set("11");
  await pause();
  expect(field.value).toBe("11");
});
